// Texts in the key-value store of the application, cut into parts where the store's limit for a value demands it.
//
// Part one is `~<count>~<stamp>~<text>` under the key, part n is `<stamp>~<text>` under `<key>/<n>`. A text that
// somebody else has put under the key as it is (the controller does) is read as it is.
const Store = {
    partLength: 1900,

    async read(key) {
        try {
            const first = (await ApplicationStorage.get(key))?.value;
            const split = /^~(\d+)~(\d+)~([^]*)$/.exec(first ?? '');
            if (!split) return first ?? null;
            const [, count, stamp, head] = split;
            let whole = head;
            for (let part = 2; part <= Number(count); part += 1) {
                const value = (await ApplicationStorage.get(`${key}/${part}`))?.value ?? '';
                if (!value.startsWith(`${stamp}~`)) return null;
                whole += value.slice(stamp.length + 1);
            }
            return whole;
        } catch (error) {
            Log.block(`Storage cannot be read: ${error}`);
            return null;
        }
    },

    async write(key, value, life) {
        try {
            if (value.length <= this.partLength) return void (await ApplicationStorage.put(key, value, life));
            const stamp = Date.now();
            const count = Math.ceil(value.length / this.partLength);
            for (let part = count; part >= 1; part -= 1) {
                const piece = `${stamp}~${value.slice((part - 1) * this.partLength, part * this.partLength)}`;
                if (part > 1) await ApplicationStorage.put(`${key}/${part}`, piece, life);
                else await ApplicationStorage.put(key, `~${count}~${piece}`, life);
            }
        } catch (error) {
            Log.block(`Storage cannot be written: ${error}`);
        }
    },

    async remove(key) {
        try {
            await ApplicationStorage.remove(key);
        } catch (error) {
            Log.block(`Storage cannot be written: ${error}`);
        }
    },
};

// `{settings}`, `{refusal}` when the controller does not serve the line, or `{}` when nobody could say.
async function loadSettings(line, question) {
    const key = `line:${line}`;
    const copyKey = `line-copy:${line}`;
    const usable = (source, origin) => {
        const read = source === null ? {} : readSettings(source);
        if (read.error) Log.block(`Settings of the line ${origin} cannot be used: ${read.error}`);
        if (read.replaced?.length > 0) {
            Log.block(`Settings of the line ${origin} are incomplete, defaults are used: ${read.replaced.join(', ')}`);
        }
        return read;
    };
    const cached = usable(await Store.read(key), 'from the cache');
    if (cached.settings) return cached;
    const answer = await Controller.ask(question, 6);
    const fresh = usable(answer, 'from the controller');
    if (fresh.settings) {
        Store.write(key, answer, SETTINGS_LIFE);
        Store.write(copyKey, answer, SETTINGS_COPY_LIFE);
        return fresh;
    }
    if (fresh.refusal) {
        Store.remove(copyKey);
        return fresh;
    }
    const copy = usable(await Store.read(copyKey), 'from the older copy');
    if (copy.settings) Log.block('Settings of the line are an older copy');
    return copy.settings ? copy : {};
}

function isSwitchedOff(settings, now) {
    if (settings.TO_DELETE !== 'Y') return false;
    const date = Date.parse(settings.DATE_DELETE ?? '');
    return Number.isNaN(date) || date <= now.getTime();
}

function isBlacklisted(settings, number) {
    const digits = (value) => String(value).replace(/\D/g, '');
    return digits(number) !== '' && settings.BLACKLIST.some((entry) => digits(entry) === digits(number));
}
