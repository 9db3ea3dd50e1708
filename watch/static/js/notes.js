/* Notes that are being written are saved now and then. This says at once when they are not, and tries again
   when there was no network. */

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

saver.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response.status < 500) {
    waits = false;
    return;
  }
  event.preventDefault();
  warn("waiting");
});

addEventListener("online", again);
setInterval(again, AGAIN);
