import Billing
import Logging

/// Brings a portal's account into being, step by step as it is needed, and keeps its scenario current.
///
/// Every step is remembered when it has run, and found by its name when it ran without being remembered; so a crash or
/// a lost answer between two steps costs nothing but the repetition. One portal's steps never run twice at once.
struct Provisioner: Sendable {
    let store: AccountStore
    let platform: ManagementClient
    let masters: [Currency: PlatformAccess.Credentials]
    let versions: ScenarioVersions
    let registry: PortalRegistry
    let locks: PortalLocks
    /// Between this system and the platform: a storm of first contacts queues here.
    let queue: ProvisioningQueue
    /// Before a device that the platform did not take is brought again.
    let backOff: BackOff
    let now: @Sendable () -> Moment
    let logger: Logger

    /// The portal's account, made or completed now if it has to be, with the current scenario if the platform takes it.
    ///
    /// An account that is complete goes on with the text that it has when it cannot get another.
    ///
    /// - Throws: `ControllerError` with `licence`, `licenceServerAway` or `busy`; `ManagementError` of the step that failed.
    func account(_ portal: Portal) async throws -> Account {
        let portal = try await registry.licensed(portal)
        guard let record = try await store.find(portal.id), let account = record.account else {
            return try await completed(portal)
        }
        guard versions.due(record, portal) != nil else { return account }
        do {
            return try await completed(portal)
        } catch {
            noteNotUpdated(portal.id, error)
            return account
        }
    }

    /// Moves an existing account forward to the current scenario and the present key; one that is not there is not made.
    ///
    /// - Throws: `ManagementError` of the step that failed.
    func bringForward(_ portal: Portal) async throws {
        guard let record = try await store.find(portal.id), record.account != nil,
            versions.due(record, portal) != nil
        else { return }
        _ = try await completed(portal)
    }

    private func completed(_ portal: Portal) async throws -> Account {
        try await queue.account(of: portal.id) { try await locks.withLock(portal.id) { try await complete(portal) } }
    }

    /// Gives an existing account the version that it is to have; a failure is logged and the account stays as it is.
    ///
    /// One request to the platform at most, or none when the account has its version, which a look at memory tells.
    func moveForward(_ portal: Portal) async {
        do {
            try await bringForward(portal)
        } catch {
            noteNotUpdated(portal.id, error)
        }
    }

    private func noteNotUpdated(_ portal: PortalID, _ error: any Error) {
        logger.warning("scenario not updated", metadata: ["portal.id": "\(portal)", "error": "\(error)"])
    }

    /// The account if it is complete already; nothing is made.
    func existing(_ portal: PortalID) async throws -> Account? { try await store.find(portal)?.account }

    private func complete(_ portal: Portal) async throws -> Account {
        var record =
            try await store.read(portal.id)
            ?? AccountRecord(
                portal: portal.id, name: PlatformNames.account(portal.id), password: PasswordGenerator.password())
        // Remembered before it is used: a repeated AddAccount sends the same password.
        if record.accountID == nil { try await store.save(record) }
        let credentials = try await accountStep(&record, portal)
        let application = try await applicationStep(&record, credentials)
        let scenarioID = try await scenarioStep(&record, portal, application, credentials)
        try await ruleStep(&record, scenarioID, application, credentials)
        guard let account = record.account else {
            throw ControllerError(.internalFailure, "the account is not complete after its last step")
        }
        return account
    }

    private func accountStep(
        _ record: inout AccountRecord, _ portal: Portal
    ) async throws -> PlatformAccess.Credentials {
        if let credentials = record.credentials { return credentials }
        guard let parent = masters[portal.access.currency] else {
            throw ControllerError(
                .platformRefused,
                "no master account for \(portal.access.currency.code) is configured; add it to the platform's masters")
        }
        let (name, password) = (record.name, record.password)
        let credentials = try await made(
            add: {
                try await platform.addAccount(
                    name: name, email: PlatformNames.email(portal.id), password: password, parent: parent)
            }, find: { try await platform.findAccount(name: name, parent: parent) })
        record.credentials = credentials
        try await store.save(record)
        logger.info(
            "account made",
            metadata: ["portal.id": "\(portal.id)", "account.id": "\(credentials.accountID)"])
        return credentials
    }

    private func applicationStep(
        _ record: inout AccountRecord, _ credentials: PlatformAccess.Credentials
    ) async throws -> Int64 {
        if let id = record.applicationID, record.applicationName != nil { return id }
        let application = try await made(
            add: { try await platform.addApplication(name: PlatformNames.application, credentials) },
            find: { try await platform.findApplication(name: PlatformNames.application, credentials) })
        record.applicationID = application.id
        record.applicationName = application.fullName
        try await store.save(record)
        return application.id
    }

    private func scenarioStep(
        _ record: inout AccountRecord, _ portal: Portal, _ application: Int64,
        _ credentials: PlatformAccess.Credentials
    ) async throws -> Int64 {
        guard let due = versions.due(record, portal) else {
            guard let id = record.scenarioID else {
                throw ControllerError(.internalFailure, "no scenario version is everybody's; publish one")
            }
            return id
        }
        let (scenario, id) = try await published(due, &record, portal, application, credentials)
        let previous = record.scenarioVersion
        record.scenarioID = id
        record.scenarioVersion = scenario.version
        record.scenarioDigest = scenario.digest(portal.access)
        try await store.save(record)
        if previous != scenario.version { try await versions.noteMoved(portal.id, to: scenario.number) }
        logger.info(
            "scenario published",
            metadata: [
                "portal.id": "\(portal.id)", "scenario.version": "\(scenario.version)",
                "scenario.previous": "\(previous.map(String.init) ?? "none")",
            ])
        return id
    }

    /// Brings the text to the account; a new account gets the one before it when the platform refuses it.
    ///
    /// A refusal counts against the version, so that one which no account can get stops itself.
    private func published(
        _ text: ScenarioText, _ record: inout AccountRecord, _ portal: Portal, _ application: Int64,
        _ credentials: PlatformAccess.Credentials
    ) async throws -> (ScenarioText, Int64) {
        do {
            return (text, try await scenarioID(&record, text.rendered(portal.access), application, credentials))
        } catch let error as ManagementError where error.isVerdict {
            await versions.noteRefused(text.number, portal.id)
            guard record.scenarioID == nil, let former = versions.text(before: text.number) else { throw error }
            noteNotUpdated(portal.id, error)
            return (former, try await scenarioID(&record, former.rendered(portal.access), application, credentials))
        }
    }

    /// The scenario with this text: updated if it exists, else made; anew when the platform has it no more.
    private func scenarioID(
        _ record: inout AccountRecord, _ script: String, _ application: Int64,
        _ credentials: PlatformAccess.Credentials
    ) async throws -> Int64 {
        guard let existing = record.scenarioID else { return try await madeScenario(script, application, credentials) }
        do throws(ManagementError) {
            try await platform.setScenario(id: existing, script: script, credentials)
            return existing
        } catch {
            guard error.isUnknownScenario else { throw error }
        }
        let id = try await madeScenario(script, application, credentials)
        try await bind(id, &record, application, credentials)
        logger.notice("scenario made anew", metadata: ["portal.id": "\(record.portal)"])
        return id
    }

    /// Adds the scenario, or gives the text to the one that an earlier, forgotten attempt has added.
    private func madeScenario(
        _ script: String, _ application: Int64, _ credentials: PlatformAccess.Credentials
    ) async throws -> Int64 {
        do throws(ManagementError) {
            return try await platform.addScenario(
                name: PlatformNames.scenario, script: script, application: application, credentials)
        } catch {
            guard error.isDuplicate else { throw error }
        }
        guard let existing = try await platform.findScenario(name: PlatformNames.scenario, credentials) else {
            throw ControllerError(.platformRefused, "the platform has the scenario's name but not the scenario")
        }
        try await platform.setScenario(id: existing, script: script, credentials)
        return existing
    }

    /// The account's rule runs the scenario that was made anew; a rule that is gone as well is made by its own step.
    private func bind(
        _ scenario: Int64, _ record: inout AccountRecord, _ application: Int64,
        _ credentials: PlatformAccess.Credentials
    ) async throws {
        guard let rule = record.ruleID else { return }
        do throws(ManagementError) {
            try await platform.bindScenario(scenario, rule: rule, application: application, credentials)
        } catch {
            guard error.isUnknownRule else { throw error }
            record.ruleID = nil
        }
    }

    private func ruleStep(
        _ record: inout AccountRecord, _ scenarioID: Int64, _ application: Int64,
        _ credentials: PlatformAccess.Credentials
    ) async throws {
        guard record.ruleID == nil else { return }
        record.ruleID = try await made(
            add: {
                try await platform.addRule(
                    name: PlatformNames.rule, pattern: PlatformNames.rulePattern, scenario: scenarioID,
                    application: application, credentials)
            },
            find: { try await platform.findRule(name: PlatformNames.rule, application: application, credentials) })
        try await store.save(record)
    }

    /// Adds; when the name is taken, finds what an earlier, forgotten attempt has added.
    private func made<Value>(
        add: () async throws -> Value, find: () async throws -> Value?
    ) async throws -> Value {
        do {
            return try await add()
        } catch let error as ManagementError where error.isDuplicate {
            guard let found = try await find() else { throw error }
            return found
        }
    }
}
