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
  });
  // Coming back by the browser's back button finds the form usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("[data-submit-on-change]")) input.form.requestSubmit();
    if (input.matches("[data-shows]")) showFor(input);
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
  // A field that only makes sense for one choice is shown with that choice.
  function showFor(select) {
    document.querySelectorAll("[data-shown-for]").forEach((element) => {
      element.hidden = !element.dataset.shownFor.split(" ").includes(select.value);
    });
  }
  document.querySelectorAll("[data-shows]").forEach(showFor);
})();
