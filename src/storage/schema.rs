//! The tables as diesel sees them, the same on both backends.
//! Types are portable: texts, numbers, booleans and bytes only.

diesel::table! { settings (key) { key -> Text, value -> Text, } }
diesel::table! { surveys (hash) { hash -> Text, id -> Text, definition -> Text, } }
diesel::table! {
    units (code) {
        code -> Text,
        name -> Text,
        kind -> Text,
        headcount -> Integer,
        group_code -> Text,
        group_name -> Text,
        place -> Integer,
    }
}
diesel::table! {
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
    }
}
diesel::table! {
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
}
diesel::table! { releases (round) { round -> Text, gate -> Integer, body -> Text, } }
diesel::table! {
    comments (id) {
        id -> Text,
        round -> Text,
        group_code -> Text,
        question -> Text,
        body -> Text,
        state -> Text,
        summary -> Text,
    }
}
diesel::table! {
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
}
diesel::table! {
    problem_history (round, number, version) {
        round -> Text,
        number -> Text,
        version -> Integer,
        account -> Text,
        at -> BigInt,
        body -> Text,
    }
}
diesel::table! {
    list_editions (round, edition) {
        round -> Text,
        edition -> Integer,
        issued -> Text,
        accounts -> Text,
        body -> Text,
    }
}
diesel::table! {
    screenings (round, comment) {
        round -> Text,
        comment -> Text,
        problem -> Text,
        first -> Text,
        second -> Text,
    }
}
diesel::table! { own_surveys (id) { id -> Text, definition -> Text, version -> Integer, } }
diesel::table! {
    survey_versions (id, version) {
        id -> Text,
        version -> Integer,
        definition -> Text,
        account -> Text,
        at -> BigInt,
    }
}
diesel::table! {
    approvals (round, step, account) {
        round -> Text,
        step -> Text,
        account -> Text,
        seen -> Nullable<Text>,
    }
}
diesel::table! { spent_codes (round, hash) { round -> Text, hash -> Binary, } }
diesel::table! {
    accounts (name) {
        name -> Text,
        role -> Text,
        password -> Text,
        active -> Bool,
        totp -> Nullable<Text>,
        totp_step -> Nullable<BigInt>,
        temporary -> Nullable<Bool>,
        waits -> Nullable<BigInt>,
    }
}
diesel::table! { account_units (account, unit) { account -> Text, unit -> Text, } }
diesel::table! {
    api_tokens (hash) {
        hash -> Text,
        account -> Text,
        label -> Text,
        ends -> BigInt,
    }
}
diesel::table! { recovery_codes (account, hash) { account -> Text, hash -> Text, } }
diesel::table! {
    sessions (hash) {
        hash -> Text,
        account -> Text,
        started -> BigInt,
        seen -> BigInt,
        confirmed -> Nullable<BigInt>,
    }
}
diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        account -> Text,
        action -> Text,
        subject -> Text,
        hash -> Text,
    }
}

diesel::table! { slips (round, hash) { round -> Text, hash -> Binary, unit -> Text, } }
diesel::table! { spent_slips (round, hash) { round -> Text, hash -> Binary, } }
diesel::table! {
    ballots (round, id) {
        round -> Text,
        id -> Binary,
        unit -> Text,
        encapsulation -> Binary,
        ciphertext -> Binary,
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
