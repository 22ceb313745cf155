//! The shell's own commands, in the words of the server's client.

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Help,
    Quit,
    /// Run the statements of this file.
    Source(String),
    /// Drop what was typed of a statement: nothing has been.
    Clear,
    /// No command of ours.
    Unknown(char),
}

/// The command that a whole line is, with or without a `;`.
pub(super) fn command_of_line(line: &str) -> Option<Command> {
    let line = line.trim();
    let bare = line.trim_end_matches(';').trim_end();
    let is = |words: &[&str]| words.iter().any(|word| bare.eq_ignore_ascii_case(word));
    let (word, argument) = bare.split_once(char::is_whitespace).unwrap_or((bare, ""));
    match word {
        _ if is(&["exit", "quit"]) => Some(Command::Quit),
        _ if is(&["help", "?"]) => Some(Command::Help),
        _ if is(&["clear"]) => Some(Command::Clear),
        word if word.eq_ignore_ascii_case("source") => Some(Command::Source(argument.trim().to_owned())),
        _ => None,
    }
}

/// The command `\LETTER`; `after` is the rest of the line.
pub(super) fn command_of_letter(letter: char, after: &str) -> Command {
    match letter {
        'q' => Command::Quit,
        'h' | '?' => Command::Help,
        '.' => Command::Source(after.trim().trim_end_matches(';').trim_end().to_owned()),
        other => Command::Unknown(other),
    }
}

/// Words that begin a command, for completion.
pub(super) const COMMANDS: [&str; 6] = ["clear", "exit", "help", "inspect", "quit", "source"];

/// What `help` prints. `sessions`: there are several sessions.
pub(super) fn help(sessions: bool) -> String {
    let more = if sessions {
        "\
T2: STATEMENT;     run it in session T2; later statements stay there. T2: alone changes the session
STATEMENT; -- T2   run it in session T2, as in a scenario file
"
    } else {
        ""
    };
    format!(
        "\
STATEMENT;         run it; it may span lines
STATEMENT\\G        run it, and print rows one column a line
{more}\\c                 drop the statement that is being typed
inspect MODE …;    show pages as they are in memory: inspect page-dump t.ibd 3; `inspect --help;` lists the modes
source FILE, \\.    run the statements of a file
help, \\h, ?        this text
quit, exit, \\q     leave; open transactions are rolled back
Ctrl-C             drop the line; on an empty line: interrupt the session's statement that waits (error 1317)
Ctrl-D             leave
Tab                complete keywords, tables, columns, commands{}
SHOW VARIABLES LIKE 'innolab%' shows how this database runs; SHOW TABLES its tables.
",
        if sessions { ", sessions" } else { "" }
    )
}
