import Storage

/// GetRecordStorages: where recordings are kept, which here is one place.
enum RecordStorageMethods {
    static let all: [APIMethod] = [
        .read("GetRecordStorages", for: .developers) { call in
            let name = try call.parameters.optionalText("record_storage_name", maximumLength: 255)
            let ids = try call.parameters.optionalIDs("record_storage_id")
            let isWanted = (name == nil || name == storageName) && (ids?.contains(storageID) ?? true)
            let storage = JSONValue.members([
                "record_storage_id": .integer(storageID), "record_storage_name": .string(storageName),
            ])
            return .list(isWanted ? [storage] : [], total: isWanted ? 1 : 0)
        }
    ]

    private static let storageID: Int64 = 1
    private static let storageName = "local"
}
