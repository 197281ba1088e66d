// Three employees are called into one conference when somebody asks for it over the management API.
require(Modules.Conference);
require(Modules.Recorder);

const conference = VoxEngine.createConference({ hd_audio: false });
const recorder = VoxEngine.createRecorder({ name: "meeting" });
let members = 0;

function leave() {
    members -= 1;
    if (members > 0) return;
    recorder.stop();
    conference.stop();
}

conference.addEventListener(ConferenceEvents.Started, () => conference.sendMediaTo(recorder));
conference.addEventListener(ConferenceEvents.EndpointAdded, (event) => {
    // The recorder is an endpoint too, one without a call.
    const call = event.endpoint.getCall();
    const people = conference.getList().filter((endpoint) => endpoint.getCall());
    if (call) Logger.write(`${call.number()} has joined, ${people.length} are there`);
});
recorder.addEventListener(RecorderEvents.Stopped, VoxEngine.terminate);

VoxEngine.addEventListener(AppEvents.Started, () => {
    for (const username of JSON.parse(VoxEngine.customData())) {
        const call = VoxEngine.callUser({ username, callerid: "meeting" });
        members += 1;
        call.addEventListener(CallEvents.Connected, () => VoxEngine.sendMediaBetween(call, conference));
        call.addEventListener(CallEvents.Failed, leave);
        call.addEventListener(CallEvents.Disconnected, leave);
    }
});
