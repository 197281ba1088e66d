import CallControl

/// A conference and those who take part in it.
final class SessionConference: SessionUnit {
    let node: MediaNode
    private(set) var isFinished = false
    private let loop: MediaLoop
    private let unit: MediaUnitID
    private let emit: (UnitEvent) -> Void
    private var roster: ConferenceRoster

    /// - Parameter limit: endpoints that it takes.
    init(limit: Int, loop: MediaLoop, emit: @escaping (UnitEvent) -> Void) {
        roster = ConferenceRoster(limit: limit)
        self.loop = loop
        self.emit = emit
        unit = loop.addConference()
        node = .unit(unit)
        emit(.conferenceStarted)
    }

    func perform(_ command: UnitCommand) {
        guard case .destroyConference = command, !isFinished else { return }
        end()
        for endpoint in roster.endpoints { emit(.endpointRemoved(endpoint)) }
        emit(.conferenceStopped)
    }

    func end() {
        isFinished = true
        loop.removeUnit(unit)
    }

    func handle(_ event: MediaEvent) {}

    /// False, with an event, when there is no room for the endpoint.
    func admits(_ endpoint: UnitID) -> Bool {
        if roster.hasRoom(for: endpoint) { return true }
        emit(.conferenceFailed(error: roster.fullText, code: ConferenceRoster.fullCode))
        return false
    }

    /// Who hears the conference.
    var hearers: [UnitID] { roster.endpoints(.hears) }

    /// Refuses a link to another conference.
    func refuseCircle() {
        emit(.conferenceFailed(error: ConferenceRoster.circleText, code: ConferenceRoster.circleCode))
    }

    func join(_ endpoint: UnitID, _ role: ConferenceRoster.Role) {
        if roster.add(endpoint, role) { emit(.endpointAdded(endpoint)) }
    }

    func leave(_ endpoint: UnitID, _ role: ConferenceRoster.Role) {
        if !isFinished, roster.remove(endpoint, role) { emit(.endpointRemoved(endpoint)) }
    }
}
