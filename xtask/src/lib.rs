//! Every chore of the project as a command.
