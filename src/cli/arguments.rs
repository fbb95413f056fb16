//! The words of the command line: commands, options and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::export::TableName;
use crate::id::RoundId;
use crate::round::Access;
use crate::unit::UnitCode;

/// Anonymous organisational self-check.
#[derive(Parser)]
#[command(name = "zicha", version, about = "zicha (自查): an anonymous self-check that cannot tell \
 who said what", after_help = settings_help())]
pub(super) struct Cli {
    /// Settings file (TOML); every setting is also an environment variable
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Answer confirmations with yes
    #[arg(long, global = true)]
    pub yes: bool,
    /// Print JSON where a script may want it
    #[arg(long, global = true)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where things are; overrides settings file and environment.
#[derive(Args)]
pub(super) struct Place {
    /// Database: sqlite://FILE or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Data folder
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Run the service
    Serve {
        /// Address of the questionnaire side
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Separate address of the desk
        #[arg(long, value_name = "ADDRESS")]
        desk_listen: Option<String>,
        /// Address that phones use, printed on slips
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
    },
    /// Run the service on a throwaway folder filled with invented data
    Demo {
        /// Address to serve on
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Address that phones use, printed on slips
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
    },
    /// Check survey definitions
    Check {
        /// Survey files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Unit table: also find options that name a unit or group, and more options than people
        #[arg(long, value_name = "FILE")]
        units: Option<PathBuf>,
    },
    /// Units and reporting groups
    #[command(subcommand)]
    Units(Units),
    /// Rounds
    #[command(subcommand)]
    Round(Round),
    /// Slips
    #[command(subcommand)]
    Slips(Slips),
    /// The ballot box
    #[command(subcommand)]
    Box(BoxCommand),
    /// Write a table of results
    Export {
        #[arg(value_name = "TABLE", help = tables_and_documents())]
        table: String,
        /// Round
        #[arg(long, value_name = "ID")]
        round: RoundId,
        /// Only the published group of this code, or that this unit belongs to
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// Format
        #[arg(long, value_enum, default_value = "csv")]
        format: Format,
        /// Headers: Chinese, or column ids for machines
        #[arg(long, value_enum)]
        headers: Option<HeaderKind>,
        /// Encoding of CSV
        #[arg(long, value_enum, default_value = "utf8")]
        encoding: Encoding,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Desk accounts
    #[command(subcommand)]
    Account(Account),
    /// The chain of desk actions
    #[command(subcommand)]
    Audit(Audit),
    /// Whether the server's clock is believed; nothing is closed or destroyed by the calendar while
    /// it is not
    Clock {
        /// Say that the clock is right
        #[command(subcommand)]
        command: Option<Clock>,
    },
    /// Recompute the sums on a round's bulletin
    Verify {
        /// Round
        #[arg(long, value_name = "ID")]
        round: RoundId,
    },
    /// Write a backup, encrypted to a public key; never holds the server key or a custody file
    Backup {
        /// File to write
        file: PathBuf,
        /// Public key (age1…); the setting backup_recipient if absent
        #[arg(long, value_name = "KEY")]
        to: Option<String>,
    },
    /// Make a pair of keys for backups: writes the secret half, prints the public one
    BackupKey {
        /// File for the secret half; keep it away from the server
        file: PathBuf,
    },
    /// Restore a backup; open rounds are suspended until two accounts accept the loss
    Restore {
        /// The backup
        file: PathBuf,
        /// File with the secret half of its key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Ask the service on this machine whether it runs: exit 0 if it does, 1 if not
    Health {
        /// Address of the service
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Ask also whether it reaches its database
        #[arg(long)]
        ready: bool,
    },
    /// Print the JSON Schema of survey files
    #[command(hide = true)]
    Schema,
}

#[derive(Subcommand)]
pub(super) enum Units {
    /// Replace the unit table from a CSV file, all or nothing
    Import {
        /// CSV file (UTF-8 or GB18030)
        file: PathBuf,
    },
    /// Write the unit table as CSV
    Export {
        /// File to write; standard output if absent
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum Round {
    /// Create a draft and print its id
    Create {
        /// Name of a shipped survey, or a file
        #[arg(long, value_name = "ID|FILE")]
        survey: String,
        /// Title
        #[arg(long)]
        title: String,
        /// First day, such as 2026-06-01
        #[arg(long, value_name = "DATE")]
        opens: String,
        /// Last day, which counts whole
        #[arg(long, value_name = "DATE")]
        closes: String,
        /// Only these units
        #[arg(long, value_delimiter = ',', value_name = "A,B")]
        units: Vec<UnitCode>,
        /// One-time slips, or one open code per unit (trial)
        #[arg(long, value_enum, default_value = "slip")]
        access: AccessKind,
        /// Earlier round to compare with
        #[arg(long, value_name = "ROUND")]
        looks_back: Option<RoundId>,
    },
    /// Freeze a draft and make its keys
    Open {
        /// Round
        id: RoundId,
        /// Who holds the key
        #[arg(long, value_enum, conflicts_with = "trustees")]
        custody: Option<Custody>,
        /// Number of trustees
        #[arg(long, requires = "quorum")]
        trustees: Option<u8>,
        /// How many of them open the box
        #[arg(long, requires = "trustees")]
        quorum: Option<u8>,
        /// File for the trustees' passphrases, one a line; printed once if absent
        #[arg(long, value_name = "FILE", requires = "trustees")]
        passphrases_out: Option<PathBuf>,
    },
    /// Seal the box
    Close {
        /// Round
        id: RoundId,
        /// File with the trustees' passphrases, one a line; asked for if absent
        #[arg(long, value_name = "FILE")]
        passphrases: Option<PathBuf>,
    },
    /// Let the results out
    Release {
        /// Round
        id: RoundId,
        /// What the bulletin shows: sums (by which the count can be checked) or results (the
        /// bureau's, too)
        #[arg(long, default_value = "sums", value_parser = ["sums", "results"])]
        bulletin: String,
    },
    /// List all rounds
    List,
    /// Show one round
    Status {
        /// Round
        id: RoundId,
    },
}

#[derive(Subcommand)]
pub(super) enum Slips {
    /// Issue new codes; the only time they exist in clear
    Issue {
        /// Round
        #[arg(long, value_name = "ID")]
        round: RoundId,
        /// Only this unit
        #[arg(long, value_name = "CODE")]
        unit: Option<UnitCode>,
        /// Spare slips on top of the head count
        #[arg(long, default_value = "10%", value_name = "PERCENT")]
        spare: String,
        /// Whether the QR image holds the code or the address alone
        #[arg(long, value_enum, default_value = "code")]
        qr: Qr,
        /// Printable sheet or table
        #[arg(long, value_enum)]
        format: SlipFormat,
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum BoxCommand {
    /// Open the box of a closed round; safe to interrupt and repeat
    Open {
        /// Round
        #[arg(long, value_name = "ID")]
        round: RoundId,
        /// File with the trustees' passphrases, one a line; asked for if absent
        #[arg(long, value_name = "FILE")]
        passphrases: Option<PathBuf>,
    },
    /// Test a trustee's passphrase; nothing is opened and nothing kept
    Test {
        /// Round
        #[arg(long, value_name = "ID")]
        round: RoundId,
        /// File with passphrases, one a line; asked for if absent
        #[arg(long, value_name = "FILE")]
        passphrases: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum Account {
    /// Add an account and print its password once
    Add {
        /// Sign-in name
        name: String,
        /// clerk, head, leader, unit_head, auditor or admin
        #[arg(long)]
        role: String,
        /// Units it may see (leader, unit_head)
        #[arg(long, value_delimiter = ',', value_name = "CODE")]
        unit: Vec<UnitCode>,
        /// Name of the official who owns it, as papers show it
        #[arg(long, default_value = "")]
        person: String,
        /// The official's post
        #[arg(long, default_value = "")]
        post: String,
    },
}

#[derive(Subcommand)]
pub(super) enum Audit {
    /// Recompute the chain and say whether anything was changed or removed
    Verify {
        /// A head that was written down from a bulletin, which must be in the chain
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Write the chain as CSV
    Export {
        /// File to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum Clock {
    /// Somebody has looked at a calendar: the clock is right
    Confirm,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Csv,
    Json,
    Xlsx,
    Docx,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum HeaderKind {
    Zh,
    Id,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Encoding {
    #[value(alias = "utf-8")]
    Utf8,
    Gb18030,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AccessKind {
    Slip,
    Poster,
}

impl From<AccessKind> for Access {
    fn from(kind: AccessKind) -> Self {
        match kind {
            AccessKind::Slip => Self::Slip,
            AccessKind::Poster => Self::Poster,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Custody {
    Server,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Qr {
    Code,
    Address,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SlipFormat {
    Html,
    Csv,
}

fn settings_help() -> String {
    use std::fmt::Write;
    let mut help = String::from("Settings (file key, environment variable, default):\n");
    for (name, variable, default, meaning) in crate::app::SETTINGS {
        writeln!(help, "  {name:<16} {variable:<24} {default}\n               {meaning}")
            .expect("writing to a string cannot fail");
    }
    help
}

/// What can be written, by name.
fn tables_and_documents() -> String {
    let tables = TableName::ALL.into_iter().map(TableName::as_str);
    tables.chain(["letter", "report"]).collect::<Vec<_>>().join(", ")
}
