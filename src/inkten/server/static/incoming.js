// Pictures that are dropped on the page or pasted into it.

export function onPictures(frame, open) {
  let entered = 0; // a drag enters and leaves every element on its way
  const end = () => { entered = 0; frame.classList.remove("dropping"); };
  addEventListener("dragenter", () => { entered += 1; frame.classList.add("dropping"); });
  addEventListener("dragleave", () => { entered -= 1; if (entered < 1) end(); });
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    end();
    open([...event.dataTransfer.files]);
  });
  addEventListener("paste", ({ clipboardData }) => {
    open([...clipboardData.files].filter((file) => file.type.startsWith("image/")));
  });
}
