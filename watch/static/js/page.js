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

// How many boxes are ticked stands on the button that acts on them.
for (const form of document.querySelectorAll("form:has([data-ticked], [data-counts])")) {
  const count = () => {
    const ticked = form.querySelectorAll("input[type=checkbox]:checked").length;
    for (const place of form.querySelectorAll("[data-ticked]")) {
      place.textContent = `(${ticked})`;
      place.hidden = !ticked;
    }
    for (const button of form.querySelectorAll("[data-counts]")) {
      button.textContent = `${button.dataset.counts} ${ticked}`;
      button.value = ticked;
    }
  };
  form.addEventListener("change", count);
  window.addEventListener("pageshow", count);
}
