//! Single-precision settings in files for people: `0.9` and not `0.8999999761581421`.

use serde::{Serialize, Serializer};

/// For `#[serde(serialize_with)]`. What is written is read as the same `f32`.
pub(crate) fn serialize<S: Serializer>(
    value: &impl Setting,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

/// A number, or perhaps one.
pub(crate) trait Setting {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl Setting for f32 {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Digits(*self).serialize(serializer)
    }
}

impl Setting for Option<f32> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.map(Digits).serialize(serializer)
    }
}

/// Written with the fewest digits that mean it.
struct Digits(f32);

impl Serialize for Digits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let digits = self.0.to_string().parse();
            serializer.serialize_f64(digits.expect("a number was written"))
        } else {
            serializer.serialize_f32(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dqn::DqnConfig;
    use crate::nn::Optimizer;

    #[test]
    fn settings_are_written_as_they_are_meant_and_read_as_they_were() {
        let config = DqnConfig {
            max_gradient_norm: Some(0.1),
            reward_clip: None,
            optimizer: Optimizer::Adam {
                beta1: 0.9,
                beta2: 1.0f32.next_down(),
                epsilon: 1e-8,
            },
            ..DqnConfig::default()
        };
        let text = serde_json::to_string(&config).unwrap();
        for part in [
            "\"max_gradient_norm\":0.1,",
            "\"reward_clip\":null",
            "\"beta1\":0.9,\"beta2\":0.99999994,\"epsilon\":1e-8}",
        ] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert_eq!(serde_json::from_str::<DqnConfig>(&text).unwrap(), config);
        let bytes = postcard::to_stdvec(&config.optimizer).unwrap();
        assert_eq!(bytes.len(), 1 + 3 * 4);
        assert_eq!(
            postcard::from_bytes::<Optimizer>(&bytes).unwrap(),
            config.optimizer
        );
    }
}
