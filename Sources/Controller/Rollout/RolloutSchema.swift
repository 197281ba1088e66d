import Storage

/// The tables of scenario versions and their health.
enum RolloutSchema {
    /// Answers of the time before add nothing to the sum.
    static let answerTimes = Migration(
        "2026-12 times to answer", ["ALTER TABLE scenario_health ADD COLUMN answer_ms BIGINT NOT NULL DEFAULT 0"])
    static let migration = Migration(
        "2026-12 scenario versions",
        [
            """
            CREATE TABLE scenario_version (
                number BIGINT PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, program_number BIGINT,
                created_at BIGINT NOT NULL, created_by TEXT NOT NULL, note TEXT NOT NULL, state TEXT NOT NULL,
                share BIGINT NOT NULL, started_at BIGINT, ended_at BIGINT, reason TEXT, accounts BIGINT NOT NULL)
            """,
            "CREATE INDEX scenario_version_by_state ON scenario_version (state, number)",
            """
            CREATE TABLE scenario_portal (
                version BIGINT NOT NULL REFERENCES scenario_version (number), portal_id TEXT NOT NULL,
                is_included BIGINT NOT NULL, PRIMARY KEY (version, portal_id))
            """,
            """
            CREATE TABLE scenario_health (
                version BIGINT NOT NULL, day BIGINT NOT NULL, shard BIGINT NOT NULL, sessions BIGINT NOT NULL,
                failed BIGINT NOT NULL, script_errors BIGINT NOT NULL, answers_0 BIGINT NOT NULL,
                answers_1 BIGINT NOT NULL, answers_2 BIGINT NOT NULL, answers_3 BIGINT NOT NULL,
                answers_4 BIGINT NOT NULL, answers_5 BIGINT NOT NULL, answers_6 BIGINT NOT NULL,
                answers_7 BIGINT NOT NULL, PRIMARY KEY (version, day, shard))
            """,
            """
            CREATE TABLE scenario_failure (
                version BIGINT NOT NULL, portal_id TEXT NOT NULL, failed BIGINT NOT NULL,
                PRIMARY KEY (version, portal_id))
            """,
            """
            CREATE TABLE scenario_watch (
                version BIGINT NOT NULL, portal_id TEXT NOT NULL, since BIGINT NOT NULL, last_session BIGINT NOT NULL,
                PRIMARY KEY (version, portal_id))
            """,
            "CREATE INDEX account_by_scenario ON account (scenario_version, portal_id)",
            "ALTER TABLE call ADD COLUMN scenario_version BIGINT",
        ])
}
