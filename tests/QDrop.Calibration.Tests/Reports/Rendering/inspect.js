// Gives what is wrong with how a page is laid out, a line for each; run by the tests in a page that has none of it.
(() => {
    const tolerance = 1;
    const lowestContrast = 4.5;
    const findings = [];
    const root = document.documentElement;
    const say = (what, element) => {
        const name = element.tagName.toLowerCase() + (element.className.baseVal ?? element.className ? "." + (element.className.baseVal ?? element.className) : "");
        findings.push(`${what}: <${name}> ${(element.textContent ?? "").trim().slice(0, 60)}`);
    };

    document.querySelectorAll("details").forEach(details => { details.open = true; });

    if (root.scrollWidth > root.clientWidth) {
        findings.push(`the page is ${root.scrollWidth} wide in a window of ${root.clientWidth}`);
    }

    // Nothing but a table may be wider than its place, and it scrolls there.
    const scroller = element => element.parentElement.closest(".scroll");
    for (const element of document.body.querySelectorAll("*")) {
        const box = element.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) {
            continue;
        }
        const holder = scroller(element);
        if (holder) {
            const place = holder.getBoundingClientRect();
            if (box.left < place.left - tolerance || box.right > place.left + holder.scrollWidth + tolerance) {
                say("sticks out of what scrolls", element);
            }
        } else if (box.left < -tolerance || box.right > root.clientWidth + tolerance) {
            say("sticks out of the window", element);
        }
        if (!element.matches(".scroll, .scroll *, svg *") && element.scrollWidth > element.clientWidth + tolerance && getComputedStyle(element).display !== "inline") {
            say("what is in it is wider than it", element);
        }
    }

    for (const svg of document.querySelectorAll("svg")) {
        const view = svg.viewBox.baseVal;
        const box = svg.hasAttribute("viewBox") ? view : { x: 0, y: 0, width: svg.clientWidth, height: svg.clientHeight };
        for (const shape of svg.querySelectorAll("text, rect, path, line")) {
            const own = shape.getBBox();
            if (![own.x, own.y, own.width, own.height].every(Number.isFinite)) {
                say("is nowhere", shape);
            } else if (own.x < box.x - tolerance || own.y < box.y - tolerance || own.x + own.width > box.x + box.width + tolerance || own.y + own.height > box.y + box.height + tolerance) {
                say(`is drawn outside its drawing (${[own.x, own.y, own.width, own.height].map(Math.round)} in ${box.width} x ${box.height})`, shape);
            }
        }
        // Words on an axis need room between them.
        const words = [...svg.querySelectorAll("text")].map(text => text.getBoundingClientRect()).sort((a, b) => a.left - b.left);
        for (let i = 1; i < words.length; i++) {
            if (words[i].left < words[i - 1].right + 2 && words[i].top < words[i - 1].bottom && words[i].bottom > words[i - 1].top) {
                say("words lie on each other", svg);
            }
        }
    }

    const overlap = (a, b) => a.left < b.right - tolerance && b.left < a.right - tolerance && a.top < b.bottom - tolerance && b.top < a.bottom - tolerance;
    for (const row of document.querySelectorAll(".row")) {
        const boxes = [...row.children].map(child => child.getBoundingClientRect());
        if (boxes.some((a, i) => boxes.slice(i + 1).some(b => overlap(a, b)))) {
            say("parts of a row lie on each other", row);
        }
    }

    const channels = colour => colour.match(/[\d.]+/g).map(Number);
    const luminance = colour => {
        const [red, green, blue] = channels(colour).slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const isSolid = colour => colour.startsWith("rgb") && (channels(colour)[3] ?? 1) === 1;
    const background = element => {
        for (; element; element = element.parentElement) {
            const colour = getComputedStyle(element).backgroundColor;
            if (isSolid(colour)) {
                return colour;
            }
        }
        return "rgb(255, 255, 255)";
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, node => node.data.trim() && !node.parentElement.closest("title, desc, style") ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
    const pairs = new Set();
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const style = getComputedStyle(element);
        const ink = element.closest("svg") ? style.fill : style.color;
        const paper = background(element);
        if (pairs.has(ink + paper)) {
            continue;
        }
        pairs.add(ink + paper);
        const [light, dark] = [luminance(ink), luminance(paper)].sort((a, b) => b - a);
        const contrast = (light + 0.05) / (dark + 0.05);
        if (!isSolid(ink) || contrast < lowestContrast) {
            say(`contrast ${contrast.toFixed(2)} of ${ink} on ${paper}`, element);
        }
    }
    return findings;
})()
