/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the charts of a report: what they show is in the page, as JSON, one object a figure.
   Nothing is computed here but places on the canvas; every number is in the table behind its chart, too.
   The legend is made of buttons, for those who have no mouse. */
"use strict";
(function () {
	const specs = JSON.parse(document.getElementById("charts").textContent);
	const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 6], [1, 5]];
	const shapes = ["circle", "rect", "triangle", "rectRot", "star", "cross"];
	const HUES = 8, FEW = 40;
	const drawn = [], paints = [];

	document.documentElement.classList.remove("nojs");

	const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
	/* A series' colour: its own, or, where series are steps of one size, its share of the first. */
	function hue(spec, i) {
		if (spec.series[i].beside !== undefined) return colour("--ink");
		if (!spec.ordered) return colour(spec.series[i].line ? "--soft" : "--s" + (i % HUES));
		const n = spec.series.length, full = Chart.helpers.color(colour("--s0"));
		return full.mix(Chart.helpers.color(colour("--paper")), n < 2 ? 1 : 0.35 + 0.65 * i / (n - 1)).hexString();
	}

	function number(v) {
		const a = Math.abs(v);
		if (a >= 1e6) return (v / 1e6).toLocaleString("en", { maximumFractionDigits: 2 }) + " M";
		if (a >= 999.5) return Math.round(v).toLocaleString("en");
		return String(Number(v.toPrecision(3)));
	}
	function seconds(v) {
		const a = Math.abs(v);
		if (a === 0) return "0";
		if (a >= 0.9995) return number(v) + " s";
		if (a >= 0.0009995) return number(v * 1e3) + " ms";
		return number(v * 1e6) + " µs";
	}
	function shown(unit, v) {
		if (v === null || v === undefined) return "–";
		if (unit === "s") return seconds(v);
		if (unit === "share") return number(v * 100) + " %";
		return number(v);
	}

	/* A line's or a bar's mark, as in the chart. */
	function swatch(spec, i) {
		const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg");
		const isLine = spec.type === "lines" || spec.series[i].line;
		const mark = document.createElementNS(ns, isLine ? "line" : "rect");
		const set = (of, values) => Object.entries(values).forEach(([k, v]) => of.setAttribute(k, v));
		set(svg, { width: isLine ? 22 : 10, height: 10, "aria-hidden": "true", focusable: "false" });
		set(mark, isLine ? { x1: 0, y1: 5, x2: 22, y2: 5, "stroke-width": spec.series[i].beside === undefined ? 2.5 : 1, "stroke-dasharray": dash(spec, i).join(" ") } :
			{ width: 10, height: 10 });
		svg.append(mark);
		paints.push(() => mark.setAttribute(isLine ? "stroke" : "fill", hue(spec, i)));
		paints[paints.length - 1]();
		return svg;
	}
	/* Points that a reader tells apart; those of a distribution are steps of its curve. */
	const few = (spec, s) => s.points.length <= FEW && spec.y.unit !== "share";
	/* Lines of few points may lie on one another: dashes on top let the lower ones be seen.  Of many points the first
	   eight differ by colour, those behind them by their dashes, too. */
	function dash(spec, i) {
		const s = spec.series[i];
		if (s.line) return dashes[1];
		if (s.beside !== undefined) return dashes[2];
		return dashes[(few(spec, s) ? i : Math.floor(i / HUES)) % dashes.length];
	}

	function dataset(spec, s, i) {
		const c = hue(spec, i), d = { label: s.name, hidden: !!s.hidden, borderColor: c, backgroundColor: c };
		if (spec.type === "bars" || spec.type === "stack")
			return { ...d, data: s.values.map((v) => v === 0 ? null : v), borderWidth: 0, maxBarThickness: 22, categoryPercentage: 0.82, barPercentage: 0.95,
				/* what is small is still there */ minBarLength: spec.type === "bars" ? 2 : 0 };
		d.data = s.points.map(([x, y]) => ({ x, y }));
		if (s.beside !== undefined)
			return { ...d, label: s.name + ", " + s.by, order: -spec.series.length, borderWidth: 1, borderDash: dashes[2], pointRadius: 0, pointHitRadius: 6 };
		if (spec.type === "lines")
			return { ...d, order: -i, borderWidth: s.points.length > 150 ? 1.25 : 1.75, borderDash: dash(spec, i), pointRadius: few(spec, s) ? 3 : 0, pointHitRadius: 6, pointStyle: shapes[i % shapes.length] };
		if (s.line)
			return { ...d, type: "line", borderWidth: 1, borderDash: dashes[1], pointRadius: 0, pointHitRadius: 0 };
		return { ...d, type: "scatter", pointStyle: shapes[i % shapes.length], pointRadius: 4, borderWidth: 1.5 };
	}

	const decade = (v) => /^1e/.test(v.toExponential());

	function axis(spec, of, fallback) {
		const soft = colour("--soft");
		return {
			type: of.log ? "logarithmic" : fallback,
			title: { display: !!of.title, text: of.title, color: soft },
			grid: {
				borderColor: soft, drawTicks: false,
				color: (c) => !of.log || decade(c.tick ? c.tick.value : 1) ? colour("--rule") : "transparent",
			},
			ticks: {
				color: soft, maxRotation: 0, autoSkip: true, padding: 4,
				...(fallback === "category" ? { autoSkip: false } : {
					callback(v) {
						/* of many decades their beginnings: others would stand on one another */
						const first = Number(v.toExponential()[0]);
						if (of.log && !decade(v) && (this.max / this.min > 200 || ![2, 5].includes(first))) return "";
						return shown(of.unit, v);
					},
				}),
			},
			...(of.min !== undefined ? { min: of.min } : {}),
			...(of.max !== undefined ? { max: of.max } : {}),
		};
	}

	/* Limits: a line across the chart with a name. */
	const walls = {
		id: "walls",
		afterDatasetsDraw(chart) {
			const { ctx, chartArea: area, scales } = chart, spec = chart.options.spec;
			(spec.walls || []).forEach((wall, n) => {
				const along = wall.axis === "y" ? scales.y : scales.x, at = along.getPixelForValue(wall.at);
				if (!(at >= (wall.axis === "y" ? area.top : area.left) - 1 &&
					at <= (wall.axis === "y" ? area.bottom : area.right) + 1)) return;
				ctx.save();
				ctx.strokeStyle = ctx.fillStyle = colour("--ink");
				ctx.setLineDash([4, 3]);
				ctx.beginPath();
				if (wall.axis === "y") { ctx.moveTo(area.left, at); ctx.lineTo(area.right, at); }
				else { ctx.moveTo(at, area.top); ctx.lineTo(at, area.bottom); }
				ctx.stroke();
				ctx.font = "12px " + Chart.defaults.font.family;
				if (wall.axis === "y") { ctx.textBaseline = "bottom"; ctx.fillText(wall.name, area.left + 6, at - 2); }
				else {
					const left = at + 6 + ctx.measureText(wall.name).width < area.right;
					ctx.textAlign = left ? "left" : "right";
					ctx.textBaseline = "top";
					ctx.fillText(wall.name, at + (left ? 6 : -6), area.top + 4 + 16 * n);
				}
				ctx.restore();
			});
		},
	};

	function options(spec) {
		const bars = spec.type === "bars" || spec.type === "stack";
		const x = axis(spec, spec.x, "linear"), y = axis(spec, spec.y, bars ? "category" : "linear");
		if (bars) y.grid.display = false;
		if (spec.type === "stack") x.stacked = y.stacked = true;
		if (spec.type === "lines" && !spec.y.log) y.beginAtZero = true; /* a hair's breadth must not look like a cliff */
		return {
			spec, animation: false, responsive: true, maintainAspectRatio: false, normalized: true,
			indexAxis: bars ? "y" : "x",
			interaction: spec.type === "lines" ? { mode: "nearest", axis: "x", intersect: false } : { mode: "nearest", intersect: true },
			scales: { x, y },
			plugins: {
				legend: { display: false }, title: { display: false },
				tooltip: {
					filter: (item, n) => n < 12 && !(item.dataset.type === "line" && spec.type === "points"),
					callbacks: {
						title: (items) => items.length === 0 ? "" : bars ? items[0].label :
							spec.type === "points" ? "" : (spec.x.title ? spec.x.title + ": " : "") + shown(spec.x.unit, items[0].parsed.x),
						label(item) {
							const name = item.dataset.label ? item.dataset.label + ": " : "";
							if (bars) return name + shown(spec.x.unit, item.raw);
							if (spec.type === "points") {
								const s = spec.series[item.datasetIndex], what = s.names ? s.names[item.dataIndex] : "";
								return [name + what, spec.x.title + ": " + shown(spec.x.unit, item.parsed.x),
									spec.y.title + ": " + shown(spec.y.unit, item.parsed.y)];
							}
							return name + shown(spec.y.unit, item.parsed.y);
						},
					},
				},
			},
		};
	}

	/* Long names take two lines on a narrow screen. */
	function labels(spec, width) {
		const most = width < 480 ? 16 : 34;
		return (spec.labels || []).map((text) => {
			const lines = [""];
			text.split(" ").forEach((word) => {
				const last = lines[lines.length - 1];
				if (last && last.length + word.length >= most) lines.push(word);
				else lines[lines.length - 1] = last ? last + " " + word : word;
			});
			return lines.length > 1 ? lines : text;
		});
	}

	function height(spec, width) {
		if (spec.type === "bars") {
			const visible = spec.series.filter((s) => !s.hidden).length || 1;
			const lines = Math.max(1, ...labels(spec, width).map((text) => Array.isArray(text) ? text.length : 1));
			return Math.max(150, 60 + spec.labels.length * Math.max(24, visible * 15 + 8, lines * 15 + 4));
		}
		return spec.type === "stack" ? 60 + spec.labels.length * 38 : 340;
	}

	/* What stands beside a series is shown where that is, and its own button says so. */
	function toggle(chart, spec, i, button) {
		const own = spec.series[i], shows = !chart.isDatasetVisible(i);
		const pressed = own.beside === undefined ? shows : button.getAttribute("aria-pressed") !== "true";
		button.setAttribute("aria-pressed", String(pressed));
		if (own.beside === undefined) own.hidden = !shows;
		else spec.series.forEach((s) => { if (s.beside !== undefined) s.off = !pressed; });
		spec.series.forEach((s, k) => {
			if (s.beside !== undefined) s.hidden = !!s.off || !!spec.series[s.beside].hidden;
			chart.setDatasetVisibility(k, !s.hidden);
		});
		chart.update();
	}
	function legend(figure, chart, spec) {
		const list = figure.querySelector(".legend");
		if (spec.series.filter((s) => !s.line).length < 2) { list.remove(); return; }
		const first = spec.series.findIndex((s) => s.beside !== undefined);
		spec.series.forEach((s, i) => {
			if (s.beside !== undefined && i !== first) return;
			const item = document.createElement("li"), button = document.createElement("button");
			button.type = "button";
			button.setAttribute("aria-pressed", String(!s.hidden));
			button.append(swatch(spec, i), s.by || s.name);
			button.addEventListener("click", () => toggle(chart, spec, i, button));
			item.append(button);
			list.append(item);
		});
	}

	function draw(spec) {
		const figure = document.getElementById(spec.id), canvas = figure.querySelector("canvas");
		canvas.parentNode.style.height = height(spec, canvas.parentNode.clientWidth) + "px";
		const chart = new Chart(canvas, {
			type: spec.type === "lines" ? "line" : spec.type === "points" ? "scatter" : "bar",
			data: { labels: labels(spec, canvas.parentNode.clientWidth), datasets: spec.series.map((s, i) => dataset(spec, s, i)) },
			options: options(spec),
			plugins: [walls],
		});
		legend(figure, chart, spec);
		drawn.push({ spec, chart });
	}

	/* Colours are those of the page: by day, by night, on paper. */
	function repaint() {
		paints.forEach((paint) => paint());
		drawn.forEach(({ spec, chart }) => {
			chart.data.datasets = spec.series.map((s, i) => dataset(spec, s, i));
			chart.options = options(spec);
			chart.update("none");
		});
	}

	Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
	Chart.defaults.font.size = 12;
	specs.forEach(draw);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

	/* Tables are open without this script; with charts before them they wait, unless one prints. */
	const tables = Array.from(document.querySelectorAll("figure details"));
	tables.forEach((t) => { t.open = false; });
	let were = [];
	addEventListener("beforeprint", () => {
		were = tables.map((t) => t.open);
		tables.forEach((t) => { t.open = true; });
		repaint();
		drawn.forEach(({ chart }) => chart.resize());
	});
	addEventListener("afterprint", () => {
		tables.forEach((t, i) => { t.open = were[i]; });
		repaint();
		drawn.forEach(({ chart }) => chart.resize());
	});
	document.documentElement.dataset.drawn = String(drawn.length);
})();
