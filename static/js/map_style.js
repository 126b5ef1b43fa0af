// The base map in the colours of the map-* tokens, in the theme shown now.

const probe = () => {
  const element = document.createElement("span");
  element.hidden = true;
  document.body.append(element);
  return element;
};

/** The map tokens as plain colours: a canvas does not understand light-dark(). */
export function colours() {
  const element = probe();
  const read = (name) => {
    element.style.setProperty("color", `var(--map-${name})`);
    return getComputedStyle(element).color;
  };
  const names = ["land", "block", "road", "road-2", "edge", "water", "park", "label"];
  const found = Object.fromEntries(names.map((name) => [name, read(name)]));
  element.remove();
  return found;
}

/** Call back when the theme changes, by choice or by the device; returns a function that stops it. */
export function onTheme(callback) {
  const device = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(callback);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  device.addEventListener("change", callback);
  return () => { chosen.disconnect(); device.removeEventListener("change", callback); };
}

const grow = (at14) => (zoom) => at14 * 1.6 ** Math.max(-3, zoom - 14);
const WIDTHS = { major: 4.2, minor: 2.8, lane: 1.3, path: 0.7, rail: 0.5 };
const FONT = '"Atkinson Next", system-ui, sans-serif';

/** Rules for protomaps-leaflet; the layers are those of bin/geography/basemap.lua. */
export function vectorRules(protomaps, colour) {
  const { LineSymbolizer, PolygonSymbolizer, LineLabelSymbolizer, CenteredTextSymbolizer } = protomaps;
  const fill = (dataLayer, value) => ({ dataLayer, symbolizer: new PolygonSymbolizer({ fill: value }) });
  const line = (kind, value, extra = 0) => ({
    dataLayer: "road",
    filter: (_zoom, feature) => feature.props.class === kind,
    symbolizer: new LineSymbolizer({
      color: value, lineCap: "round", lineJoin: "round",
      width: (zoom) => grow(WIDTHS[kind])(zoom) + (extra ? Math.min(extra, grow(extra)(zoom)) : 0),
    }),
  });
  const paintRules = [
    fill("park", colour.park), fill("square", colour.road), fill("block", colour.block), fill("water", colour.water),
    { dataLayer: "road", filter: (_zoom, feature) => feature.props.class === "rail",
      symbolizer: new LineSymbolizer({ color: colour.edge, width: grow(WIDTHS.rail), lineCap: "butt" }) },
    { dataLayer: "road", minzoom: 15, filter: (_zoom, feature) => feature.props.class === "path",
      symbolizer: new LineSymbolizer({ color: colour.edge, width: grow(WIDTHS.path), dash: [3, 2], dashColor: colour.edge, dashWidth: grow(WIDTHS.path) }) },
    line("lane", colour.edge, 1.2), line("minor", colour.edge, 1.6), line("major", colour.edge, 2),
    line("lane", colour.road), line("minor", colour.road), line("major", colour["road-2"]),
  ];
  const text = (font) => ({ fill: colour.label, stroke: colour.land, width: 3, font });
  const labelRules = [
    { dataLayer: "road", minzoom: 14, filter: (_zoom, feature) => feature.props.class === "major",
      symbolizer: new LineLabelSymbolizer({ labelProps: ["name"], ...text(`600 13px ${FONT}`) }) },
    { dataLayer: "road", minzoom: 16, filter: (_zoom, feature) => feature.props.class === "minor",
      symbolizer: new LineLabelSymbolizer({ labelProps: ["name"], ...text(`600 12px ${FONT}`) }) },
    { dataLayer: "place", maxzoom: 15, symbolizer: new CenteredTextSymbolizer({ labelProps: ["name"], ...text(`700 13px ${FONT}`) }) },
    { dataLayer: "number", minzoom: 18, symbolizer: new CenteredTextSymbolizer({ labelProps: ["number"], ...text(`500 11px ${FONT}`) }) },
  ];
  return { paintRules, labelRules, backgroundColor: colour.land };
}

/** How a street, square or river of an invented town is drawn (Leaflet path options): first its edge, then itself. */
export function shapeStyles(colour) {
  const street = (value, width) => ({ color: value, weight: width, opacity: 1, fill: false, lineCap: "round", interactive: false });
  const area = (value) => ({ stroke: false, fill: true, fillColor: value, fillOpacity: 1, interactive: false });
  return {
    edge: { major: street(colour.edge, 10), minor: street(colour.edge, 7), square: area(colour.road), water: area(colour.water) },
    face: { major: street(colour["road-2"], 7.5), minor: street(colour.road, 5), square: area(colour.road), water: area(colour.water) },
  };
}
