/// Calls that are over: history, recordings, logs, and the way of all that to the portals.
struct HistoryParts: Sendable {
    let store: HistoryStore
    let outbox: OutboxStore
    let totals: CallTotals
    let desk: HistoryDesk
    let reporter: HistoryReporter
    let recordings: RecordingEndpoint
    let logs: SessionLogs
    let view: CallView
    let loops: [@Sendable () async -> Void]
    let duties: [@Sendable () async -> Void]

    init(_ tools: ControllerTools, _ accounts: AccountParts, _ calls: CallParts) {
        let (database, now, provisioner) = (tools.database, tools.now, accounts.provisioner)
        store = HistoryStore(database: database, thresholds: tools.configuration.thresholds)
        outbox = OutboxStore(database: database)
        totals = CallTotals(database: database)
        desk = HistoryDesk(search: HistorySearch(database: database), totals: totals)
        reporter = HistoryReporter(
            calls: calls.store, history: store, versions: accounts.versions, now: now, logger: tools.logger)
        let source = RecordingSource(
            provisioner: provisioner, platform: tools.configuration.platform, http: tools.http,
            limit: tools.limits.platform)
        recordings = RecordingEndpoint(
            links: RecordingLinks(
                database: database, secrets: tools.secrets, publicURL: tools.configuration.publicURL),
            history: store, source: source, now: now)
        logs = SessionLogs(
            calls: calls.store, history: store, provisioner: provisioner, source: source, now: now)
        view = CallView(calls: calls.store, history: store)
        let (outboxBell, followOutbox) = tools.bell(.outbox)
        let (reportBell, followReports) = tools.bell(.reports)
        loops = [followOutbox, followReports]
        duties =
            Self.deliveries(tools, outbox, accounts, outboxBell)
            + Self.completions(tools, store, accounts, calls, reportBell)
            + Self.retention(tools, source)
    }

    private static func deliveries(
        _ tools: ControllerTools, _ outbox: OutboxStore, _ accounts: AccountParts, _ bell: Bell
    ) -> [@Sendable () async -> Void] {
        [
            OutboxCourier(
                store: outbox, portals: accounts.registry, rounds: tools.rounds(bell), logger: tools.logger
            ).run,
            OutboxSweeper(
                store: outbox, patrol: tools.patrol(tools.limits.retention), now: tools.now, logger: tools.logger
            ).run,
        ]
    }

    private static func completions(
        _ tools: ControllerTools, _ store: HistoryStore, _ accounts: AccountParts, _ calls: CallParts, _ bell: Bell
    ) -> [@Sendable () async -> Void] {
        let reconciler = Reconciler(
            calls: calls.store, history: store, provisioner: accounts.provisioner, portals: accounts.registry,
            interval: tools.limits.reconciliation, bell: bell, clock: tools.clock, now: tools.now,
            logger: tools.logger)
        return [
            reconciler.run,
            CallSweep(
                store: SweepStore(database: tools.database), reconciler: reconciler,
                patrol: tools.patrol(tools.limits.reconciliation), now: tools.now, logger: tools.logger
            ).run,
            SilentSessionWatch(
                versions: accounts.versions, calls: calls.store, provisioner: accounts.provisioner,
                patrol: tools.patrol(tools.limits.reconciliation), now: tools.now, logger: tools.logger
            ).run,
        ]
    }

    private static func retention(
        _ tools: ControllerTools, _ source: RecordingSource
    ) -> [@Sendable () async -> Void] {
        [
            HistoryBackfill(database: tools.database, logger: tools.logger).run,
            HistoryRetention(
                database: tools.database, deleteRecording: source.delete,
                patrol: tools.patrol(tools.limits.retention), now: tools.now, logger: tools.logger
            ).run,
        ]
    }
}
