//! The report as a chart: a few measures as grouped bars, in SVG that reads well on light and on dark ground. It chooses the
//! measures and computes none.

use std::fmt::Write as _;

use super::controller::Policy;
use super::fleet::Fleet;
use super::report::{Cell, Report};

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 20.0;
/// Where the first row of panels begins; above it are title and legend.
const TOP: f64 = 64.0;
const PANEL_WIDTH: f64 = 350.0;
const PANEL_HEIGHT: f64 = 150.0;
const GAP: f64 = 20.0;
/// The longest bar.
const BAR_HEIGHT: f64 = 88.0;
const PANELS_IN_A_ROW: usize = 2;

/// A panel's title, its measure, and how many digits it has after the point.
type Panel = (&'static str, fn(&Cell) -> f64, usize);

const PANELS: [Panel; 6] = [
    ("wrong at the end, % of nodes", |cell| cell.wrong_percent, 1),
    ("there for good after, p95 in s", |cell| cell.there_p95_s, 0),
    ("needless changes of power, 100 nodes", |cell| cell.needless_per_100, 0),
    ("fencing: \"it is off\" told falsely, %", false_offs_percent, 1),
    ("orders sent, a node", |cell| cell.orders, 0),
    ("reads sent, a node", |cell| cell.reads, 0),
];

/// The chart.
#[must_use]
pub fn svg(report: &Report) -> String {
    let rows = PANELS.len().div_ceil(PANELS_IN_A_ROW) as f64;
    let height = TOP + rows * (PANEL_HEIGHT + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <title>The same clicks under five policies; less is better</title>\n{STYLE}"
    );
    let heading = format!(
        "The same clicks: seeds {}-{}, {} nodes each. Less is better in every panel.",
        report.seed,
        report.seed.saturating_add(report.seeds).saturating_sub(1),
        report.nodes
    );
    label(&mut svg, (MARGIN, 22.0), "text title", &heading);
    legend(&mut svg, report);
    for (place, panel) in PANELS.iter().enumerate() {
        let (row, column) = (place / PANELS_IN_A_ROW, place % PANELS_IN_A_ROW);
        let x = MARGIN + column as f64 * (PANEL_WIDTH + GAP);
        let y = TOP + row as f64 * (PANEL_HEIGHT + GAP);
        draw_panel(&mut svg, (x, y), panel, report);
    }
    svg.push_str("</svg>\n");
    svg
}

const STYLE: &str = "<style>\n\
.text { fill: #24292f } .title { font-size: 13px; font-weight: bold } .mid { text-anchor: middle }\n\
.axis { stroke: #8c959f } .supersede { fill: #2f81f7 } .queue { fill: #8957e5 }\n\
.next { fill: #2da58e } .refuse { fill: #d98613 } .race { fill: #d64550 }\n\
@media (prefers-color-scheme: dark) { .text { fill: #e6edf3 } }\n\
</style>\n";

fn legend(svg: &mut String, report: &Report) {
    let drawn = |policy: &Policy| report.results.iter().any(|cell| cell.policy == *policy);
    for (place, policy) in Policy::ALL.into_iter().filter(drawn).enumerate() {
        let x = MARGIN + place as f64 * 100.0;
        bar(svg, (x, 34.0), (12.0, 12.0), policy.word());
        label(svg, (x + 17.0, 44.0), "text", policy.word());
    }
}

fn draw_panel(svg: &mut String, (x, y): (f64, f64), panel: &Panel, report: &Report) {
    let (title, measure, digits) = panel;
    label(svg, (x, y + 12.0), "text", title);
    let most = report.results.iter().map(measure).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let ground = y + 34.0 + BAR_HEIGHT;
    let fleets: Vec<Fleet> = report.fleets().collect();
    let group = PANEL_WIDTH / fleets.len().max(1) as f64;
    for (place, fleet) in fleets.into_iter().enumerate() {
        let left = x + place as f64 * group;
        label(svg, (left + group / 2.0, ground + 14.0), "text mid", fleet.word());
        let cells: Vec<&Cell> = report.of(fleet).collect();
        let width = ((group - 20.0) / cells.len().max(1) as f64).min(40.0);
        let from = left + (group - width * cells.len() as f64) / 2.0;
        for (place, cell) in cells.into_iter().enumerate() {
            let (value, left) = (measure(cell), from + place as f64 * width);
            let height = BAR_HEIGHT * value / most;
            bar(svg, (left + 2.0, ground - height), (width - 4.0, height), cell.policy.word());
            let number = format!("{value:.digits$}");
            label(svg, (left + width / 2.0, ground - height - 4.0), "text mid", &number);
        }
    }
    let right = x + PANEL_WIDTH;
    let _ = writeln!(
        svg,
        "<line class=\"axis\" x1=\"{x:.1}\" y1=\"{ground:.1}\" x2=\"{right:.1}\" y2=\"{ground:.1}\"/>"
    );
}

fn bar(svg: &mut String, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
    );
}

fn label(svg: &mut String, (x, y): (f64, f64), class: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}

fn false_offs_percent(cell: &Cell) -> f64 {
    cell.false_offs as f64 * 100.0 / cell.told_off.max(1) as f64
}
