// Small helps for pages that work without them: leaving at once, and counting characters.
"use strict";

(() => {
  // --- Leave this page now: by the link, or by Shift pressed three times within five seconds.
  const link = document.querySelector("a[data-leave]");
  const leave = () => {
    // Covered before the next page has come: whoever looks over a shoulder sees nothing more.
    const cover = document.createElement("div");
    cover.className = "cover";
    document.body.append(cover);
    location.replace(link.href);
  };
  let presses = [];
  if (link) {
    for (const way of document.querySelectorAll(`a[href="${link.getAttribute("href")}"]`)) {
      way.addEventListener("click", (event) => {
        event.preventDefault();
        leave();
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.repeat) return;
      // Shift with another key is writing, not leaving.
      presses = event.key === "Shift" ? presses.filter((at) => event.timeStamp - at < 5000) : [];
      if (event.key === "Shift" && presses.push(event.timeStamp) === 3) leave();
    });
    // A page that the browser took from its memory after leaving is loaded anew, and is then gone.
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  // --- Characters left, counted as the server counts: line ends are one, letters are composed.
  const length = (text) => [...text.replace(/\r\n?/g, "\n").normalize("NFC").trim()].length;
  for (const field of document.querySelectorAll("textarea[data-limit]")) {
    const counter = field.closest(".hds-text-input").querySelector(".counter");
    const spoken = document.createElement("span");
    spoken.className = "vh";
    spoken.setAttribute("role", "status");
    counter.after(spoken);
    const number = new Intl.NumberFormat(document.documentElement.lang);
    let later = 0;
    const count = (say) => {
      const left = Number(field.dataset.limit) - length(field.value);
      const { left: within, over } = counter.dataset;
      counter.textContent = left < 0 ? `${over} ${number.format(-left)}` : `${within} ${number.format(left)}`;
      counter.classList.toggle("counter--over", left < 0);
      clearTimeout(later);
      // Read aloud in a pause of the writing, and only when the end is near.
      if (say && left < 500) later = setTimeout(() => (spoken.textContent = counter.textContent), 1500);
    };
    counter.hidden = false;
    field.addEventListener("input", () => count(true));
    count(false);
  }
})();
