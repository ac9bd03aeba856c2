//! The report as JSON, schema "mailgap.report/1".

use crate::document::Report;
use crate::term::escape;

/// Indented, ending in a line end.
///
/// # Errors
/// None in practice: a report holds nothing that JSON cannot.
pub(crate) fn render(report: &Report) -> serde_json::Result<String> {
    let mut json = serde_json::to_string_pretty(report)?;
    json.push('\n');
    Ok(escape::json(json))
}
