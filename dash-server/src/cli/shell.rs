//! Command lines to be copied, or read by a program that runs them.

use std::ffi::OsStr;

use shlex::Quoter;

/// Words as a POSIX shell reads them, quoted where that is needed.
pub(super) fn line<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> String {
    // No word of a command line, and no path, has a zero in it.
    let quoter = Quoter::new().allow_nul(true);
    let quoted = words.into_iter().map(|word| {
        let word = word.as_ref().to_string_lossy();
        quoter.quote(&word).map(Into::into).unwrap_or_default()
    });
    quoted.collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        let words = ["a", "my runs/a-1", "it's", "$HOME", "", "runs/quick.toml"];
        let line = line(words);
        assert_eq!(
            shlex::split(&line).as_deref(),
            Some(&words.map(String::from)[..])
        );
        assert!(line.starts_with("a 'my runs/a-1' "), "{line}");
        assert!(line.ends_with(" runs/quick.toml"), "{line}");
    }
}
