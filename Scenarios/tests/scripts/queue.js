// A queue by hand: the operator is rung again and again, the caller hears music and where he stands.
VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
    const began = Date.now();
    let attempts = 0;

    function ring() {
        attempts += 1;
        const operator = VoxEngine.callUser({ username: "operator", callerid: call.callerid(), extraHeaders: { "VI-CallTimeout": "60" } });
        operator.addEventListener(CallEvents.Connected, () => {
            Logger.write(`Answered at attempt ${attempts} after ${Math.round((Date.now() - began) / 60000)} min`);
            call.stopPlayback();
            VoxEngine.sendMediaBetween(call, operator);
        });
        operator.addEventListener(CallEvents.Disconnected, () => call.hangup());
        operator.addEventListener(CallEvents.Failed, () => setTimeout(ring, 20000));
    }

    function announce() {
        call.say(`You have waited for ${Math.round((Date.now() - began) / 60000)} minutes.`, Language.UK_ENGLISH_FEMALE);
    }

    call.addEventListener(CallEvents.Connected, () => {
        call.startPlayback("http://sounds.test/wait.mp3", true);
        setInterval(announce, 30000);
        ring();
    });
    call.addEventListener(CallEvents.PlaybackFinished, () => call.startPlayback("http://sounds.test/wait.mp3", true));
    call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
    call.answer();
});
