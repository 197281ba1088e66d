// A voice menu: 1 leads to the sales department, 2 to support, 0 asks for an extension; nothing repeats the menu once.
require(Modules.IVR);

let inbound;
let repeats = 0;

function connect(username) {
    const outbound = VoxEngine.callUser(username, inbound.callerid());
    inbound.playProgressTone("US");
    outbound.addEventListener(CallEvents.Connected, () => {
        inbound.stopPlayback();
        VoxEngine.sendMediaBetween(inbound, outbound);
    });
    outbound.addEventListener(CallEvents.Failed, () => goodbye.enter(inbound));
    outbound.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
}

const goodbye = new IVRState(
    "goodbye", { type: "noinput", prompt: { say: "Nobody can take your call. Goodbye.", lang: Language.UK_ENGLISH_FEMALE } },
    () => inbound.hangup());
const sales = new IVRState("sales", { type: "noinput" }, () => connect("sales"));
const support = new IVRState("support", { type: "noinput" }, () => connect("support"));
const extension = new IVRState(
    "extension", { type: "inputfixed", inputLength: 3, prompt: { say: "Dial the extension." } },
    (digits) => connect(`user${digits}`), () => goodbye.enter(inbound));
const menu = new IVRState(
    "menu",
    {
        type: "select", timeout: 3000, prompt: { play: "http://sounds.test/menu.mp3" },
        nextStates: { 1: sales, 2: support, 0: extension },
    },
    null, () => (repeats++ === 0 ? menu : goodbye).enter(inbound));

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
    inbound = event.call;
    inbound.addEventListener(CallEvents.Connected, () => menu.enter(inbound));
    inbound.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
    inbound.answer();
});
