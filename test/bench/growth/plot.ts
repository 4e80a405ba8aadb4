import { type Line, type Measurement, perDoubling, shown } from './measurement.js';

const PANEL = { width: 180, height: 120 };
const COLUMNS = 4;
/** Within a panel. */
const AREA = { left: 12, top: 34, width: 128, height: 62 };

/** Legible on light and dark: a page that shows it as an image passes on what its reader prefers. */
const STYLE = `text { font: 10px system-ui, sans-serif; fill: #555 } .name { font-weight: 600; fill: #222 }
    .axis { stroke: #999; stroke-width: 1 } .median { stroke: #2266bb; fill: #2266bb } .p99 { stroke: #c06000; fill: #c06000 }
    polyline { fill: none !important; stroke-width: 1.5 } circle, text { stroke: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #aaa } .name { fill: #eee } .median { stroke: #6ab0ff; fill: #6ab0ff } .p99 { stroke: #ffb060; fill: #ffb060 }
    }`;

/** A panel a measurement: its values from few messages to many, on a scale that begins at nothing. */
export function plotOf(measurements: readonly Measurement[], messages: readonly number[]): string {
  const width = PANEL.width * COLUMNS;
  const height = PANEL.height * Math.ceil(measurements.length / COLUMNS) + 20;
  const panels = measurements.map((one, index) => {
    const place = `${(index % COLUMNS) * PANEL.width} ${20 + Math.floor(index / COLUMNS) * PANEL.height}`;
    return `  <g transform="translate(${place})">\n${panelOf(one, messages)}\n  </g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
  <style>
    ${STYLE}
  </style>
  <text x="12" y="13">From ${short(messages[0]!)} to ${short(messages.at(-1)!)} messages:
    <tspan class="median">median</tspan>, <tspan class="p99">p99</tspan>, and what a doubling adds</text>
${panels.join('\n')}
</svg>
`;
}

function panelOf({ name, unit, median, p99 }: Measurement, messages: readonly number[]): string {
  const top = Math.max(...median.values, ...(p99?.values ?? []));
  const bottom = AREA.top + AREA.height;
  const lines = [lineOf(median, 'median', top), ...(p99 ? [lineOf(p99, 'p99', top)] : [])];
  return [
    `    <text class="name" x="${AREA.left}" y="14">${name}</text>`,
    `    <text x="${AREA.left}" y="27">up to ${shown(top)} ${unit}</text>`,
    `    <path class="axis" d="M${AREA.left} ${bottom}h${AREA.width}"/>`,
    ...lines,
    ...[0, messages.length - 1].map((at) => {
      const anchor = at === 0 ? 'start' : 'end';
      return `    <text x="${xOf(at, messages.length)}" y="${bottom + 12}" text-anchor="${anchor}">${short(messages[at]!)}</text>`;
    }),
  ].join('\n');
}

function lineOf(line: Line, name: string, top: number): string {
  const spots = line.values.map(
    (value, at) => [xOf(at, line.values.length), round(AREA.top + AREA.height - (value / top) * AREA.height)] as const,
  );
  const [x, y] = spots.at(-1)!;
  return [
    `    <polyline class="${name}" points="${spots.map((spot) => spot.join()).join(' ')}"/>`,
    ...spots.map(([cx, cy]) => `    <circle class="${name}" cx="${cx}" cy="${cy}" r="2"/>`),
    `    <text class="${name}" x="${x + 5}" y="${y + 3}">${perDoubling(line)}</text>`,
  ].join('\n');
}

/** Sizes are ten times each other: as far from each other on a logarithmic scale. */
function xOf(at: number, sizes: number): number {
  return round(AREA.left + (at / (sizes - 1)) * AREA.width);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function short(messages: number): string {
  return messages >= 1_000_000 ? `${messages / 1_000_000} M` : `${messages / 1_000} k`;
}
