//! What several benches share: the obviously right, slow twins that the fast code is timed against.
