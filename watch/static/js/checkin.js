/* The door of a meeting on a bad connection. A press is kept in the browser until it has arrived; each has a
   random key, so that sent twice it counts once. Kept are keys and numbers only, no names. The page works
   without this file. */

const SOME = 100; // presses sent together
const AGAIN = 5000; // milliseconds between two tries
const place = () => document.querySelector("#checkin");
const store = `checkin-${place().dataset.checkin}`;
let kept = [], sending = false, failed = ""; // why the last try did not count

const key = () => {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return [...random].map((each) => each.toString(16).padStart(2, "0")).join("");
};

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(store)) ?? [];
  } catch {
    return kept; // a browser that keeps nothing
  }
};

const write = (presses) => {
  kept = presses;
  try {
    presses.length ? localStorage.setItem(store, JSON.stringify(presses)) : localStorage.removeItem(store);
  } catch {}
};

// The number as it will be: a name is pressed to be here or not, everything else counts up and down.
const add = (press) => {
  const [of, sign] = [press.slice(press.indexOf(".") + 1, -1), press.at(-1)];
  const heads = document.querySelector(`[data-heads="${of}"]`), total = document.querySelector("[data-total]");
  const before = Number(heads?.textContent ?? 0), one = sign === "+" ? 1 : -1;
  const now = of.startsWith("person") ? Math.max(one, 0) : Math.max(before + one, 0);
  if (heads) heads.textContent = now;
  heads?.classList.toggle("counter-some", now > 0);
  total.textContent = Math.max(Number(total.textContent) + (heads ? now - before : one), 0);
};

const tell = () => {
  const waits = document.querySelector("[data-waits]"), number = read().length;
  waits.hidden = !number;
  waits.textContent = failed ? place().dataset[failed] : `${number} ${place().dataset.waiting}`;
  place().querySelector("[data-again]").hidden = failed !== "signedOut";
};

// What an answer without the door means: sign in, not open to this reader any more, or some other fault.
const why = (answer) => {
  if (answer.status === 401 || new URL(answer.url).pathname === place().dataset.signIn) return "signedOut";
  return answer.ok || [403, 404, 410].includes(answer.status) ? "ended" : "failed";
};

// Shows the page as the server knows it now, with what has not arrived yet.
const show = (html) => {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("#checkin");
  if (fresh?.dataset.checkin !== place().dataset.checkin) return false;
  const opened = [...place().querySelectorAll("details")].map((each) => each.open);
  const focused = document.activeElement?.closest("#checkin button[value]");
  place().replaceWith(document.importNode(fresh, true));
  for (const [at, each] of place().querySelectorAll("details").entries()) each.open = opened[at] ?? each.open;
  if (focused) {
    const end = focused.value.slice(focused.value.indexOf("."));
    place().querySelector(`button[value$="${CSS.escape(end)}"]`)?.focus({ preventScroll: true });
  }
  return true;
};

const send = async () => {
  const presses = read().slice(0, SOME);
  if (sending || !presses.length) return;
  sending = true;
  try {
    const form = document.querySelector("[data-presses]"), body = new URLSearchParams();
    body.set("csrf_token", form.elements.csrf_token.value);
    for (const each of presses) body.append("press", each);
    const answer = await fetch(form.action, { method: "POST", body });
    failed = answer.ok && show(await answer.text()) ? "" : why(answer);
    if (!failed) write(read().filter((each) => !presses.includes(each)));
    const page = answer.status === 400 ? await fetch(location.href) : null; // the form is too old, not the presses
    if (page) failed = show(await page.text()) ? "failed" : why(page);
    if (!failed || failed === "failed" && page) read().forEach(add);
  } catch {
    failed = ""; // no network: they wait
  } finally {
    sending = false;
    tell();
  }
  if (!failed && navigator.onLine && read().length) setTimeout(send, 200);
};

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-presses]") && event.submitter?.name === "press") {
    event.preventDefault();
    event.stopImmediatePropagation();
    const press = `${key()}${event.submitter.value.slice(event.submitter.value.indexOf("."))}`;
    write([...read(), press]);
    add(press);
    tell();
    send();
  } else if (event.target.matches("[data-closes]") && read().length) {
    event.preventDefault(); // first what waits, then the sum
    event.stopImmediatePropagation();
    tell();
    send();
  }
}, true);

read().forEach(add);
tell();
send();
addEventListener("online", send);
setInterval(send, AGAIN);
