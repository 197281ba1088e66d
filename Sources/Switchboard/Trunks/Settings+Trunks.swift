import CallControl
import VoiceEngine
import VoicePlatform

extension Settings {
    /// The trunks, and the numbers that are called through them: those of `voice.trunks`, then those of `voice.trunkfile`.
    ///
    /// - Parameter environment: where the file may say that passwords stand.
    func trunks(environment: [String: String]) throws -> (trunks: [Trunk], dialPlan: DialPlan) {
        let peers = try peers()
        let path = text("voice.trunkfile")
        guard !path.isEmpty else { return (peers, DialPlan()) }
        let file = try TrunkFile(path: path, environment: environment)
        if let twice = file.trunks.first(where: { trunk in peers.contains { $0.name == trunk.name } }) {
            throw TrunkFileError(
                file: path, problem: "\(twice.name) is in voice.trunks as well; give its networks in the file alone")
        }
        return (peers + file.trunks, DialPlan(file.routes))
    }

    /// `name network` entries; one name may have several networks.
    private func peers() throws -> [Trunk] {
        var peers: [Trunk] = []
        for entry in list("voice.trunks") {
            let words = entry.split(separator: " ").map(String.init)
            guard words.count == 2, let network = IPNetwork(words[1]) else {
                throw AssemblyError.malformedEntry(
                    key: "voice.trunks", entry: entry, expected: "name and network, such as carrier 192.0.2.0/24")
            }
            let name = TrunkName(rawValue: words[0])
            if let known = peers.firstIndex(where: { $0.name == name }) {
                peers[known].networks.append(network)
            } else {
                peers.append(Trunk(name: name, networks: [network]))
            }
        }
        return peers
    }
}
