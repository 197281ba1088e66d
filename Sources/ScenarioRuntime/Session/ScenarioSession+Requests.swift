import NIOCore
import WorkerProtocol

/// HTTP requests and the application's storage.
extension ScenarioSession {
    func startRequest(_ number: Int, _ request: HTTPCallRequest) {
        // While the session closes only the one request of `Application.Terminating` may start.
        let isAllowed = phase < .closing || (phase == .terminating && requests.isEmpty && !hasMadeLastRequest)
        if phase == .terminating { hasMadeLastRequest = true }
        guard isAllowed, requests.add(.init(id: number, request: request)) else {
            let error = isAllowed ? "too many requests" : "the session is ending"
            if phase < .closing {
                post(.httpResult(number, .failure(.limitExceeded, error), wantsBytes: false))
            }
            return
        }
        sendRequests()
    }

    private func sendRequests() {
        while let entry = requests.next() {
            let allowed = start.limits.runningRequests
            guard runtime.requestCounts.begin(start.accountID, limit: allowed) else {
                refuse(entry, LimitReached(.httpRequests, allowed: allowed))
                continue
            }
            let request = ScenarioHTTPRequest(
                url: entry.request.url, method: entry.request.method,
                headers: entry.request.headers.sorted { $0.key < $1.key }.map { HTTPField(name: $0, value: $1) },
                body: entry.request.body, timeoutSeconds: min(limits.requestSeconds, entry.request.timeoutSeconds),
                connectSeconds: min(limits.connectSeconds, entry.request.connectSeconds),
                maximumResponseBytes: limits.responseBytes)
            runtime.httpClient.send(request, on: runtime.eventLoop).hop(to: runtime.eventLoop).assumeIsolated()
                .whenComplete { [weak self, runtime, account = start.accountID] result in
                    runtime.requestCounts.end(account)
                    self?.requestFinished(entry, result)
                }
        }
    }

    private func refuse(_ entry: RequestQueue<HTTPCallRequest>.Entry, _ limit: LimitReached) {
        _ = requests.finish(entry.id)
        log.text("WARNING! \(entry.request.method) request not sent: \(limit).")
        post(.httpResult(entry.id, .failure(.limitExceeded, limit.description), wantsBytes: false))
        tell(limit)
    }

    private func requestFinished(
        _ entry: RequestQueue<HTTPCallRequest>.Entry, _ result: Result<ScenarioHTTPResult, any Error>
    ) {
        guard phase != .ended, requests.finish(entry.id) != nil else { return }
        let outcome: ScenarioHTTPResult
        switch result {
        case .success(let answer): outcome = answer
        case .failure(let error): outcome = .failure(.internal, String(describing: error))
        }
        post(.httpResult(entry.id, outcome, wantsBytes: entry.request.wantsBytes))
        if phase < .closing { sendRequests() }
    }

    func useStorage(_ number: Int, _ request: StorageRequest) {
        guard phase < .closing else { return }
        guard storageInFlight < 100 else {
            return refuse(number, LimitReached(.storageRequests, allowed: 100))
        }
        storageInFlight += 1
        answer(to: request).hop(to: runtime.eventLoop).assumeIsolated().whenComplete { [weak self] result in
            guard let self else { return }
            self.storageInFlight -= 1
            switch result {
            case .success(let value): self.post(.storageResult(number, .value(value)))
            case .failure(let limit as LimitReached): self.refuse(number, limit)
            case .failure(let error): self.post(.storageResult(number, .failure(String(describing: error))))
            }
        }
    }

    private func refuse(_ storageRequest: Int, _ limit: LimitReached) {
        log.text("WARNING! ApplicationStorage: \(limit).")
        post(.storageResult(storageRequest, .limit(limit)))
        tell(limit)
    }

    private func answer(to request: StorageRequest) -> EventLoopFuture<ScenarioValue> {
        switch request {
        case .get(let key): services.storageGet(key: key).map { ScenarioValue(item: $0) }
        case .put(let key, let value, let seconds):
            services.storagePut(key: key, value: value, ttlSeconds: seconds).map { ScenarioValue(item: $0) }
        case .remove(let key): services.storageRemove(key: key).map { ScenarioValue(item: $0) }
        case .keys(let pattern, let count):
            services.storageKeys(pattern: pattern, count: count).map { keys in
                .map(["keys": .list(keys.prefix(count).map { .string($0) })])
            }
        }
    }
}

extension ScenarioValue {
    fileprivate init(item: StoredItem?) {
        guard let item else {
            self = .null
            return
        }
        self = .map([
            "key": .string(item.key), "value": .string(item.value),
            "expireAt": item.expiresAt.map { .int($0) } ?? .null,
        ])
    }
}
