//! Seeds in configuration files. TOML ends at 2^63 - 1; a greater seed is written as a string, and strings are read.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

pub(crate) fn serialize<S: Serializer>(seed: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    if i64::try_from(*seed).is_ok() || !serializer.is_human_readable() {
        serializer.serialize_u64(*seed)
    } else {
        serializer.serialize_str(&seed.to_string())
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct SeedVisitor;

    impl Visitor<'_> for SeedVisitor {
        type Value = u64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str(
                "a seed from 0 to 18446744073709551615, as a string if above 9223372036854775807",
            )
        }

        fn visit_u64<E: Error>(self, seed: u64) -> Result<u64, E> {
            Ok(seed)
        }

        fn visit_i64<E: Error>(self, seed: i64) -> Result<u64, E> {
            u64::try_from(seed).map_err(|_| E::invalid_value(Unexpected::Signed(seed), &self))
        }

        fn visit_str<E: Error>(self, seed: &str) -> Result<u64, E> {
            seed.parse()
                .map_err(|_| E::invalid_value(Unexpected::Str(seed), &self))
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(SeedVisitor)
    } else {
        deserializer.deserialize_u64(SeedVisitor)
    }
}

#[cfg(test)]
mod tests {
    use crate::trainer::TrainerConfig;

    #[test]
    fn every_seed_survives_a_file() {
        for seed in [0, 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            let config = TrainerConfig {
                seed,
                ..TrainerConfig::default()
            };
            let text = serde_json::to_string(&config).unwrap();
            assert_eq!(
                serde_json::from_str::<TrainerConfig>(&text).unwrap(),
                config,
                "{text}"
            );
        }
        let error = serde_json::from_str::<TrainerConfig>(r#"{"seed": -1}"#).unwrap_err();
        assert!(error.to_string().contains("a seed from 0 to"), "{error}");
        assert!(serde_json::from_str::<TrainerConfig>(r#"{"seed": "12x"}"#).is_err());
    }
}
