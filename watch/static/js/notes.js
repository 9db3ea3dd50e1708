/* Notes that are being written are saved now and then. This says at once when they are not, and tries again
   when there was no network. What says so, and the version that was saved last, stay on the page. */

const AGAIN = 5000; // milliseconds between two tries
const saver = document.querySelector("[data-unsaved]");
let waits = false; // for the network

const tell = (why, style) => {
  const told = saver.querySelector("#saved > p");
  told.className = style;
  told.textContent = saver.dataset[why];
};

const warn = (why) => {
  waits = why === "waiting";
  tell(why, "flash flash-warn");
};

const again = () => waits && saver.dispatchEvent(new Event("again"));

document.querySelector("#text").addEventListener("input", () => waits || tell("unsaved", "soft"));
saver.addEventListener("htmx:error", () => warn("waiting"));

// An answer without the place that says what is saved is another page: it takes no place here.
saver.addEventListener("htmx:after:request", (event) => {
  const { text, response } = event.detail.ctx;
  if (new DOMParser().parseFromString(text, "text/html").querySelector("#saved")) {
    waits = false;
    return;
  }
  event.preventDefault();
  warn(response.status === 401 ? "signedOut" : response.status >= 500 ? "waiting" : "refused");
});

addEventListener("online", again);
setInterval(again, AGAIN);
