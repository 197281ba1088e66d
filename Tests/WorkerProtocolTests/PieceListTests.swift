import Testing
import WorkerProtocol

struct PieceListTests {
    @Test(arguments: [[], [[]], [[1, 2, 3], [], [4]], [[UInt8](repeating: 7, count: 70_000), [0]]] as [[[UInt8]]])
    func piecesComeBackAsTheyWere(pieces: [[UInt8]]) {
        #expect(PieceList.decode(PieceList.encode(pieces))?.map(Array.init) == pieces)
    }

    @Test(arguments: [[0], [0, 0, 0], [0, 0, 0, 2, 9], [255, 255, 255, 255, 1], [0, 0, 0, 1, 5, 0]] as [[UInt8]])
    func aLengthThatDoesNotFitIsNoList(payload: [UInt8]) {
        #expect(PieceList.decode(payload) == nil)
    }
}
