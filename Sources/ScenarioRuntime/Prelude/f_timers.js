const timers = new Map();
let lastTimer = 0;

function startTimer(action, delay, isRepeated, method) {
    requiredFunction(action, `${method}: the first argument`);
    if (timers.size >= 100) throw new LimitError("TIMERS", 100, "Exceeded the timer count limit: 100 timers are active!");
    const id = ++lastTimer;
    const milliseconds = Math.min(Math.max(Math.floor(Number(delay)) || 0, isRepeated ? 100 : 0), 0x7fffffff);
    timers.set(id, { action, isRepeated });
    send("timer", id, milliseconds, isRepeated);
    return id;
}

function stopTimer(id) {
    if (timers.delete(id)) send("clear", id);
}

function timerFired(id) {
    const timer = timers.get(id);
    if (!timer) return;
    if (!timer.isRepeated) timers.delete(id);
    timer.action();
}

publish({
    setTimeout: (action, delay) => startTimer(action, delay, false, "setTimeout"),
    setInterval: (action, delay) => startTimer(action, delay, true, "setInterval"),
    clearTimeout: stopTimer,
    clearInterval: stopTimer,
});
