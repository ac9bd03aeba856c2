//! From what was read to the report: the library judges it, and the document is made of the answer.

use mailgap_core::analysis::Analysis;
use mailgap_core::survey::Survey;
use rayon::ThreadPoolBuilder;

use crate::config::settings::{Judging, Settings};
use crate::document::{Beside, Charts, Report, Tables, Traffic, charts, tried};
use crate::exit::Result;
use crate::words::calendar::Calendar;

/// Judges what was read.
pub(crate) fn analyze(survey: Survey, settings: &Settings, judging: &Judging) -> Result<Analysis> {
    let threads = ThreadPoolBuilder::new()
        .num_threads(settings.options.jobs)
        .build()?;
    Ok(threads.install(|| survey.analyze(&judging.options)))
}

/// Judges what was read, and makes the document of the answer. `restrictions` are what the flags left out, in words.
pub(crate) fn report(
    survey: Survey,
    settings: &Settings,
    judging: &Judging,
    restrictions: Vec<String>,
) -> Result<Report> {
    let threads = ThreadPoolBuilder::new()
        .num_threads(settings.options.jobs)
        .build()?;
    let zone = settings.options.zone;
    let calendar = survey.coverage.span.map(|span| Calendar::of(span, zone));
    let calendar = calendar.unwrap_or_default();
    Ok(threads.install(|| {
        let (analysis, examined) = survey.analyze_with(&judging.options, &|evidence| {
            let traffic = judging.tables.then(|| Traffic::of(evidence));
            let traffic = traffic.map(|traffic| (evidence.domain.clone(), traffic));
            (tried(evidence, &calendar), traffic)
        });
        let (tried, traffic): (Vec<_>, Vec<_>) = examined.into_iter().unzip();
        let charts = if judging.charts {
            charts::collect(&analysis, zone)
        } else {
            Charts::default()
        };
        let traffic: Vec<_> = traffic.into_iter().flatten().collect();
        let tables = judging.tables.then(|| Tables::new(&traffic));
        let beside = Beside {
            zone,
            zone_source: settings.zone_source,
            tried,
            charts,
            tables,
            restrictions,
        };
        Report::new(&analysis, beside)
    }))
}
