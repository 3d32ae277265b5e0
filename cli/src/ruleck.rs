//! The linter and test runner for rule files.
