// Small manners of the pages: a second click does nothing, dangerous steps ask first.
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    if (form.method === "post") form.dataset.sending = "yes";
    showBusy(event.submitter);
  });
  // A large file is long on its way; the button says that it is.
  function showBusy(button) {
    if (!button?.dataset.busy) return;
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    button.classList.add("is-busy");
  }
  // Coming back by the browser's back button finds the form usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
    document.querySelectorAll("button[data-idle]").forEach((button) => {
      button.textContent = button.dataset.idle;
      button.classList.remove("is-busy");
      delete button.dataset.idle;
    });
    document.querySelectorAll("[data-shows]").forEach(showFor);
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-submit-on-change]")) input.form.requestSubmit();
    if (input.matches("[data-shows]")) showFor(input);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  // A long list of choices shows those that fit the search, and always the chosen ones.
  document.addEventListener("input", (event) => {
    const search = event.target;
    if (!search.matches("[data-pick]")) return;
    const wanted = search.value.trim().toLowerCase();
    search.parentElement.querySelectorAll(".pick-list label").forEach((label) => {
      const fits = label.textContent.toLowerCase().includes(wanted);
      label.parentElement.hidden = !fits && !label.querySelector("input").checked;
    });
  });
  // A field that only makes sense for one choice is shown with that choice. Where a page has
  // several such choices, the field names its own in data-shown-by.
  function showFor(input) {
    if (input.type === "radio" && !input.checked) return;
    document.querySelectorAll("[data-shown-for]").forEach((element) => {
      const choice = element.dataset.shownBy ?? input.dataset.shows;
      if (choice !== input.dataset.shows) return;
      element.hidden = !element.dataset.shownFor.split(" ").includes(input.value || "preset");
    });
  }
  document.querySelectorAll("[data-shows]").forEach(showFor);
  // A file may be dropped anywhere on the field's frame, not only on the field itself.
  document.querySelectorAll("[data-drop]").forEach((frame) => {
    const input = frame.querySelector("input[type=file]");
    const over = (event) => {
      event.preventDefault();
      frame.classList.add("is-over");
    };
    frame.addEventListener("dragenter", over);
    frame.addEventListener("dragover", over);
    frame.addEventListener("dragleave", () => frame.classList.remove("is-over"));
    frame.addEventListener("drop", (event) => {
      event.preventDefault();
      frame.classList.remove("is-over");
      if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    });
  });
})();
