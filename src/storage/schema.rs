//! The tables as diesel sees them, the same on both backends, and as a backup holds them.
//! Types are portable: texts, numbers, booleans and bytes only.

use super::backup_shape::{Holds, Shape};

/// What a column of a type holds.
macro_rules! holds {
    (Text) => {
        Holds::Text
    };
    (Integer) => {
        Holds::Number
    };
    (BigInt) => {
        Holds::Number
    };
    (Bool) => {
        Holds::Flag
    };
    (Binary) => {
        Holds::Bytes
    };
    (Nullable $type:ident) => {
        holds!($type)
    };
}

/// Tables that are worth keeping: what diesel knows of them, and how they stand in a backup.
macro_rules! kept {
    ($(#[$about:meta])* $set:ident: $(
        $table:ident ($($key:ident),+) { $($column:ident -> $type:ident $(<$inner:ident>)?,)+ }
    )+) => {
        $(diesel::table! { $table ($($key),+) { $($column -> $type $(<$inner>)?,)+ } })+

        $(#[$about])*
        pub const $set: &[Shape] = &[$(Shape {
            name: stringify!($table),
            columns: &[$((stringify!($column), holds!($type $($inner)?))),+],
        }),+];
    };
}

kept! {
    /// Tables of the main database, those that others refer to first.
    MAIN:
    settings (key) {
        key -> Text,
        value -> Text,
    }
    surveys (hash) {
        hash -> Text,
        id -> Text,
        definition -> Text,
    }
    units (code) {
        code -> Text,
        name -> Text,
        kind -> Text,
        headcount -> Integer,
        group_code -> Text,
        group_name -> Text,
        place -> Integer,
    }
    rounds (id) {
        id -> Text,
        title -> Text,
        survey -> Text,
        access -> Text,
        opens -> Text,
        closes -> Text,
        state -> Text,
        trial -> Bool,
        sealed -> Bool,
        ended -> Bool,
        destroyed -> Bool,
        looks_back -> Nullable<Text>,
        public_key -> Nullable<Binary>,
        wrapped_key -> Nullable<Text>,
        suite -> Nullable<Text>,
        closing -> Nullable<Text>,
        holds -> Text,
        turnout -> Text,
        code_in_qr -> Bool,
        originals_until -> Nullable<Text>,
        destruction -> Nullable<Text>,
        restored -> Nullable<Text>,
        checks -> Nullable<Text>,
        leftover -> Nullable<Text>,
        reach -> Nullable<Text>,
        postponed -> Nullable<Text>,
    }
    round_units (round, code) {
        round -> Text,
        code -> Text,
        name -> Text,
        kind -> Text,
        headcount -> Integer,
        group_code -> Text,
        group_name -> Text,
        place -> Integer,
    }
    releases (round) {
        round -> Text,
        gate -> Integer,
        body -> Text,
    }
    comments (id) {
        id -> Text,
        round -> Text,
        group_code -> Text,
        question -> Text,
        body -> Text,
        state -> Text,
        summary -> Text,
    }
    problems (round, number) {
        round -> Text,
        number -> Text,
        group_code -> Text,
        question -> Nullable<Text>,
        category -> Integer,
        source -> Text,
        statement -> Nullable<Text>,
        example -> Nullable<Text>,
        harm_level -> Nullable<Text>,
        harms -> Nullable<Text>,
        causes -> Nullable<Text>,
        note -> Nullable<Text>,
        found -> Nullable<Text>,
        evidence -> Nullable<Text>,
        state -> Text,
        reason -> Text,
        version -> Integer,
    }
    problem_history (round, number, version) {
        round -> Text,
        number -> Text,
        version -> Integer,
        account -> Text,
        at -> BigInt,
        body -> Text,
    }
    list_editions (round, edition) {
        round -> Text,
        edition -> Integer,
        issued -> Text,
        accounts -> Text,
        body -> Text,
    }
    receipts (round, unit, edition) {
        round -> Text,
        unit -> Text,
        edition -> Integer,
        account -> Text,
        day -> Text,
        paper -> Nullable<Text>,
    }
    screenings (round, comment) {
        round -> Text,
        comment -> Text,
        problem -> Text,
        first -> Text,
        second -> Text,
    }
    own_surveys (id) {
        id -> Text,
        definition -> Text,
        version -> Integer,
    }
    survey_versions (id, version) {
        id -> Text,
        version -> Integer,
        definition -> Text,
        account -> Text,
        at -> BigInt,
    }
    spent_codes (round, hash) {
        round -> Text,
        hash -> Binary,
    }
    accounts (name) {
        name -> Text,
        role -> Text,
        password -> Text,
        active -> Bool,
        totp -> Nullable<Text>,
        totp_step -> Nullable<BigInt>,
        temporary -> Nullable<Bool>,
        waits -> Nullable<BigInt>,
        person -> Nullable<Text>,
        post -> Nullable<Text>,
    }
    account_units (account, unit) {
        account -> Text,
        unit -> Text,
    }
    recovery_codes (account, hash) {
        account -> Text,
        hash -> Text,
    }
}

kept! {
    /// The audit chain, which a restore must not shorten.
    AUDIT:
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        account -> Text,
        action -> Text,
        subject -> Text,
        hash -> Text,
    }
}

kept! {
    /// Tables of a ballot box.
    BOX:
    slips (round, hash) {
        round -> Text,
        hash -> Binary,
        unit -> Text,
    }
    spent_slips (round, hash) {
        round -> Text,
        hash -> Binary,
    }
    ballots (round, id) {
        round -> Text,
        id -> Binary,
        unit -> Text,
        encapsulation -> Binary,
        ciphertext -> Binary,
    }
}

// Who is signed in, or has agreed to a step, is not worth keeping: it is done again.
diesel::table! {
    approvals (round, step, account) {
        round -> Text,
        step -> Text,
        account -> Text,
        seen -> Nullable<Text>,
    }
}
diesel::table! {
    api_tokens (hash) {
        hash -> Text,
        account -> Text,
        label -> Text,
        ends -> BigInt,
    }
}
diesel::table! {
    sessions (hash) {
        hash -> Text,
        account -> Text,
        started -> BigInt,
        seen -> BigInt,
        confirmed -> Nullable<BigInt>,
    }
}

// The same table in a box file: found by a number that the name begins with.
diesel::table! {
    #[sql_name = "ballots"]
    placed_ballots (place) {
        place -> BigInt,
        round -> Text,
        id -> Binary,
        unit -> Text,
        encapsulation -> Binary,
        ciphertext -> Binary,
    }
}

diesel::allow_tables_to_appear_in_same_query!(slips, spent_slips);
diesel::allow_tables_to_appear_in_same_query!(comments, screenings);
