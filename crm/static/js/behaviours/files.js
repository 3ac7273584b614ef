// A photograph is added to the files that were chosen.

export function connect(box) {
	const [field, camera] = box.querySelectorAll("input");
	box.addEventListener("change", ({ target }) => {
		if (target === camera) {
			const all = new DataTransfer();
			for (const file of [...field.files, ...camera.files]) all.items.add(file);
			field.files = all.files;
			camera.value = "";
		}
		box.lastElementChild.replaceChildren(...[...field.files].map(preview));
	});
}

function preview(file) {
	const item = document.createElement("li");
	const image = () => Object.assign(new Image(), { alt: file.name, src: URL.createObjectURL(file) });
	item.append(file.type.startsWith("image/") ? image() : file.name);
	return item;
}
