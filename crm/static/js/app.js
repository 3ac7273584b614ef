// For every page; elements name what else they need: modules that export connect(element).

import "./saved.js";
import "./sending.js";
import "./menus.js";
import "./dialogs.js";
import "./keys.js";
import "./focus.js";
import "./listing.js";
import "./connection.js";

const connected = new WeakSet();

async function attach() {
	for (const element of document.querySelectorAll("[data-behaviour]")) {
		if (connected.has(element)) continue;
		connected.add(element);
		const { connect } = await import(`./behaviours/${element.dataset.behaviour}.js`);
		connect(element);
	}
}

document.documentElement.classList.add("js");
attach();
addEventListener("htmx:after:swap", attach);
