// A call-back: the number that a visitor left on the site is called, then the manager; the CRM hears how it went.
const { number, manager } = JSON.parse(VoxEngine.customData());

async function report(result) {
    const answer = await Net.httpRequestAsync("http://crm.test/callback", {
        method: "POST", headers: { "Content-Type": "application/json" }, postData: JSON.stringify({ number, result }),
    });
    Logger.write(`The CRM answered ${answer.code}`);
    VoxEngine.terminate();
}

VoxEngine.addEventListener(AppEvents.Started, () => {
    const client = VoxEngine.callPSTN(number, "74951234567");
    client.addEventListener(CallEvents.Failed, (event) => report(`client ${event.code}`));
    client.addEventListener(CallEvents.Connected, () => {
        const music = VoxEngine.createURLPlayer("http://sounds.test/wait.mp3", { loop: true });
        music.sendMediaTo(client);
        const agent = VoxEngine.callUser(manager, number);
        agent.addEventListener(CallEvents.Failed, () => {
            music.stop();
            client.say("Our manager is busy and will call you later.", Language.UK_ENGLISH_FEMALE);
            client.addEventListener(CallEvents.PlaybackFinished, () => client.hangup());
        });
        agent.addEventListener(CallEvents.Connected, () => {
            music.stop();
            VoxEngine.sendMediaBetween(client, agent);
        });
        agent.addEventListener(CallEvents.Disconnected, () => client.hangup());
        client.addEventListener(CallEvents.Disconnected, (event) => report(`talk of ${event.duration} s`));
    });
});
