function localTime(now, zone) {
    const parts = (timeZone) => new Intl.DateTimeFormat('en-GB', {
        timeZone, weekday: 'short', day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
    }).formatToParts(now);
    let list;
    try {
        list = parts(zone || 'UTC');
    } catch (error) {
        Log.block(`Unknown WORKTIME_TIMEZONE: ${zone}, UTC is used`);
        list = parts('UTC');
    }
    const part = (type) => list.find((item) => item.type === type).value;
    return {
        day: part('weekday').slice(0, 2).toUpperCase(),
        date: `${part('day')}.${part('month')}`,
        clock: Number(part('hour')) * 100 + Number(part('minute')),
    };
}

// Day of the week, then holidays, then hours ("9" to "18.30", both ends included; may go over midnight).
function isWorkTime(settings, now) {
    if (settings.WORKTIME_ENABLE !== 'Y') return true;
    const local = localTime(now, settings.WORKTIME_TIMEZONE);
    const lists = (value, item) => value.split(',').map((entry) => entry.trim().toUpperCase()).includes(item);
    if (lists(settings.WORKTIME_DAYOFF, local.day) || lists(settings.WORKTIME_HOLIDAYS, local.date)) return false;
    const clock = (value, fallback) => {
        const number = Number.parseFloat(value.replace(':', '.'));
        return Number.isNaN(number) ? fallback : Math.round(number * 100);
    };
    const from = clock(settings.WORKTIME_FROM, 0);
    const to = clock(settings.WORKTIME_TO, 2400);
    if (from <= to) return local.clock >= from && local.clock <= to;
    return local.clock >= from || local.clock <= to;
}
