/* Small kindnesses. Every page works without them. */

// What must be mended is read first.
document.querySelector(".error-summary")?.focus();

// A second press on the same button sends nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});

// Coming back with the browser's arrow, the buttons work again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
  }
});

// A button that prints does so by script: without it there is none.
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// How many boxes are ticked stands on the button that acts on them, and where some are folded away. A name
// says which boxes (data-ticked="stairwells"); a box may stand for many (data-count). A button that sends the
// number says it in its own words (data-counts).
for (const form of document.querySelectorAll("form:has([data-ticked], [data-counts])")) {
  const ticked = (within, name) => {
    const boxes = within.querySelectorAll(`input[type=checkbox]${name && `[name=${name}]`}:checked`);
    return [...boxes].reduce((sum, box) => sum + Number(box.dataset.count ?? 1), 0);
  };
  const count = () => {
    for (const place of form.querySelectorAll("[data-ticked]")) {
      const folded = place.closest("details"), number = ticked(folded ?? form, place.dataset.ticked);
      place.textContent = folded ? number : `(${number})`;
      place.hidden = !number && !folded;
    }
    for (const button of form.querySelectorAll("[data-needs-ticks]")) button.disabled = !ticked(form, "");
    for (const button of form.querySelectorAll("[data-counts]")) {
      button.value = ticked(form, "");
      button.textContent = `${button.dataset.counts} ${button.value}`;
    }
  };
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
}

// A whole stairwell is ticked, or left out, with one press.
for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of button.closest("details").querySelectorAll("input[type=checkbox]")) {
      box.checked = button.dataset.tick === "all";
    }
    button.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
