//! Draws learning curves, as an SVG, from the metrics that runs leave in their folders.
//!
//!     cargo run --release --example learning_curves -- runs/quick-1 runs/quick-2 --out curves.svg
//!
//! A line is a run. With `--y evaluation` it is what the greedy policy reached instead of the games it learned from, and
//! with `--x seconds` it goes over the time.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Parser;
use plotters::prelude::*;

/// Draws learning curves from the metrics of runs.
#[derive(Parser)]
struct Args {
    /// Folders of runs
    #[arg(required = true)]
    runs: Vec<PathBuf>,
    /// The picture
    #[arg(long, default_value = "curves.svg")]
    out: PathBuf,
    /// The column that is drawn
    #[arg(long, default_value = "mean_lines")]
    y: String,
    /// The column that it is drawn over
    #[arg(long, default_value = "step")]
    x: String,
    /// Values by their orders of magnitude; what is not above 0 is left out
    #[arg(long)]
    log: bool,
}

struct Curve {
    name: String,
    points: Vec<(f64, f64)>,
}

/// The rows of a run's table that have both values.
fn curve(run: &Path, x: &str, y: &str, log: bool) -> anyhow::Result<Curve> {
    let path = run.join("metrics.csv");
    let mut table = csv::Reader::from_path(&path).with_context(|| path.display().to_string())?;
    let headers = table.headers()?.clone();
    let column = |name: &str| {
        let found = headers.iter().position(|header| header == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = headers.iter().collect();
            anyhow!(
                "{} has no column {name}; it has {}",
                path.display(),
                known.join(", ")
            )
        })
    };
    let (x, y) = (column(x)?, column(y)?);
    let mut points = Vec::new();
    for row in table.records() {
        let row = row?;
        let number = |column: usize| row.get(column).and_then(|cell| cell.parse::<f64>().ok());
        // Most rows have no evaluation.
        if let (Some(x), Some(y)) = (number(x), number(y))
            && (y > 0.0 || (y.is_finite() && !log))
        {
            points.push((x, y));
        }
    }
    let name = run.file_name().unwrap_or(run.as_os_str());
    Ok(Curve {
        name: name.to_string_lossy().into_owned(),
        points,
    })
}

/// Axes and lines of a chart; a macro, because the type of a chart depends on its axes.
macro_rules! draw {
    ($chart:ident, $curves:ident, $args:ident) => {
        $chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc(&$args.x)
            .y_desc(&$args.y)
            .x_label_formatter(&f64::to_string)
            .y_label_formatter(&f64::to_string)
            .draw()?;
        for (index, Curve { name, points }) in $curves.iter().enumerate() {
            let colour = Palette99::pick(index).stroke_width(2);
            $chart
                .draw_series(LineSeries::new(points.iter().copied(), colour))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
        }
        $chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .background_style(WHITE.mix(0.8))
            .draw()?;
    };
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let curves = (args.runs.iter())
        .map(|run| curve(run, &args.x, &args.y, args.log))
        .collect::<Result<Vec<_>, _>>()?;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (low, high) = points().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(low, high), &(_, y)| (low.min(y), high.max(y)),
    );
    let end = points().map(|&(x, _)| x).fold(0.0, f64::max);
    if points().next().is_none() {
        bail!("no run has a value of {} yet", args.y);
    }

    let root = SVGBackend::new(&args.out, (900, 540)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root);
    let chart = chart.margin(16).x_label_area_size(44).y_label_area_size(72);
    if args.log {
        let mut chart = chart.build_cartesian_2d(0.0..end, (low..high * 1.1).log_scale())?;
        draw!(chart, curves, args);
    } else {
        let mut chart = chart.build_cartesian_2d(0.0..end, low.min(0.0)..(high * 1.05).max(1.0))?;
        draw!(chart, curves, args);
    }
    root.present()?;
    println!("{} curves in {}", curves.len(), args.out.display());
    Ok(())
}
