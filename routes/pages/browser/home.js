/** Copies the commands of the home page. */
const button = document.querySelector("#copy");
const commands = document.querySelector("#commands");

if (button instanceof HTMLButtonElement && commands) {
  const { textContent: before } = button;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(commands.textContent ?? "");
    button.textContent = button.dataset.copied ?? before;
    setTimeout(() => button.textContent = before, 2_000);
  });
}
