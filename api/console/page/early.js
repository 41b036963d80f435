/* Before the first paint: the theme that this browser chose, so that nobody in the dark is blinded. No module: those run after it. */
(() => {
  const theme = localStorage.getItem("slotline.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
