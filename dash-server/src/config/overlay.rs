//! Single settings on top of a configuration.

use super::RunConfigError;
use crate::protocol::ConfigMap;

/// The tables of one `section.key=value`. The value is TOML; what is not is taken for a string.
///
/// # Errors
/// If there is no `=` or a key is empty.
pub fn parse_override(text: &str) -> Result<ConfigMap, RunConfigError> {
    let malformed = || RunConfigError::NotAnOverride {
        text: text.to_owned(),
    };
    let (path, value) = text.split_once('=').ok_or_else(malformed)?;
    let keys: Vec<&str> = path.split('.').map(str::trim).collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(malformed());
    }
    let value = value.trim();
    let literal = format!("value = {value}")
        .parse::<ConfigMap>()
        .ok()
        .and_then(|mut table| table.remove("value"));
    let mut value = literal.unwrap_or_else(|| toml::Value::String(value.to_owned()));
    for key in keys.into_iter().rev() {
        value = toml::Value::Table(ConfigMap::from_iter([(key.to_owned(), value)]));
    }
    match value {
        toml::Value::Table(table) => Ok(table),
        _ => Err(malformed()),
    }
}

/// Lays `over` on top of `base`, key by key. A choice among variants, which is a table of one key, is replaced by
/// another variant and not mixed with it.
pub fn overlay(base: &mut ConfigMap, over: &ConfigMap) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => {
                let other_variant = below.len() == 1
                    && above.len() == 1
                    && below.keys().next() != above.keys().next();
                if other_variant && !is_section(key) {
                    *below = above.clone()
                } else {
                    overlay(below, above)
                }
            }
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Sections may hold a single key each without being a choice.
fn is_section(key: &str) -> bool {
    matches!(
        key,
        "environment" | "scenario" | "agent" | "trainer" | "evaluation"
    )
}
