// The VoxEngine API as this platform has it, for editors: put
//     /// <reference path="scenario.d.ts" />
// at the head of a scenario. A test compares this file with the API itself.
//
// What is marked "not available" exists, so that scenarios written for the cloud load, and reports the error event of the API.

/** Octets, 0 to 255 each. */
type Bytes = number[];
/** Header fields: a dictionary, or the older list of "Name: value". Only X-…, Reason and User-to-User leave the platform. */
type Headers = { [name: string]: string } | string[];
type Handler<Event> = (event: Event) => unknown;
/** A leg or another unit with sound. */
type SoundUnit = Call | Player | SequencePlayer | Recorder | Conference | WebSocket;

interface ApplicationEvent {
  readonly name: string;
  /** Started. */
  readonly accessURL: string;
  readonly accessSecureURL: string;
  readonly accountId: number;
  readonly applicationId: number;
  readonly conference_name?: string;
  readonly customData?: string;
  readonly logURL: string;
  readonly sessionId: number;
  /** The user on whose behalf the session runs, -1 without one. */
  readonly userId: number;
  /** The application's full name, the rule's id and name. */
  readonly domainName?: string;
  readonly dialplanId?: number;
  readonly dialplanName?: string;
  /** CallAlerting. */
  readonly call: Call;
  readonly callerid: string;
  readonly destination: string;
  readonly displayName: string;
  readonly fromURI: string;
  readonly toURI: string;
  /** CallAlerting: a dictionary with VI-Client-Type, VI-Client-Device, VI-Client-IP; HttpRequest: a list of X-… fields. */
  readonly headers: any;
  /** HttpRequest; what the handler returns is the reply. */
  readonly method: string;
  readonly path: string;
  readonly content: string;
  /** LimitReached. */
  readonly limit: string;
  readonly allowed: number;
  readonly used: number;
  /** NewWebSocketFailed. */
  readonly reason: string;
  /** Terminating, Terminated after an error. */
  readonly systemError?: string;
}

interface CallEvent {
  readonly name: string;
  readonly id: string;
  readonly call: Call;
  readonly headers: { [name: string]: string };
  /** Failed, TransferFailed: a SIP status; ReInviteRejected. */
  readonly code: number;
  readonly reason: string;
  /** Disconnected: seconds; PlaybackStarted: milliseconds; RecordStopped: seconds. */
  readonly duration: number;
  readonly cost: number;
  readonly direction: string;
  readonly internalCode: number;
  readonly text: string;
  /** Replaced: the user or number that is there now, empty when nobody knows, and its name; Connected: who has answered. */
  readonly peer: string;
  readonly displayName: string;
  readonly mimeType: string;
  readonly body: string;
  readonly tone: string;
  readonly type: number;
  readonly url: string;
  readonly error?: string;
  readonly active: boolean;
  readonly transferTo: string;
  readonly role: string;
  readonly frequencies: number[];
  readonly frequency: number;
  /** AudioQualityDetected. */
  readonly quality: CallAudioQuality;
  /** Connected: what the scenario has noted of the call. */
  readonly customData: string;
  readonly ProgressTone: boolean;
  readonly VoicemailTone: boolean;
  readonly oldState: string;
  readonly newState: string;
}

interface UnitEvent {
  readonly name: string;
  readonly id: string;
  readonly player: Player;
  readonly sequencePlayer: SequencePlayer;
  readonly recorder: Recorder;
  readonly conference: Conference;
  /** Milliseconds of a sound, seconds of a recording. */
  readonly duration: number;
  readonly error?: string;
  readonly code: number;
  readonly offset: number;
  readonly segment?: number;
  readonly url: string;
  readonly cost: number;
  readonly endpoint: Endpoint;
  readonly endpointId: string;
  readonly mode: string;
  readonly direction: string;
}

interface WebSocketEvent {
  readonly name: string;
  readonly websocket: WebSocket;
  readonly text: string;
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  /** MEDIA_STARTED, MEDIA_ENDED. */
  readonly tag?: string;
  readonly encoding: WebSocketAudioEncoding;
  readonly customParameters?: any;
  /** MEDIA_ENDED: milliseconds that have been played. */
  readonly mediaInfo: { readonly duration: number };
}

/** Where a WebSocket is at an end. */
interface SendMediaParameters {
  /** Tells streams of one connection apart; 200 bytes at most. */
  tag?: string;
  /** Towards the server: PCM8 without it. */
  encoding?: WebSocketAudioEncoding;
  /** For the server, which gets it as JSON; 8192 bytes at most. */
  customParameters?: unknown;
}

interface CallUserParameters {
  username: string;
  callerid?: string;
  displayName?: string;
  /** X-… travel; VI-CallTimeout is the time until 408 in seconds, 10 to 400. */
  extraHeaders?: Headers;
  video?: boolean;
  amd?: unknown;
}

interface CallSIPParameters {
  callerid?: string;
  displayName?: string;
  password?: string;
  authUser?: string;
  headers?: Headers;
  video?: boolean;
  outProxy?: string;
  /** The registration to send the call through. */
  regId?: number;
  amd?: unknown;
}

/** rate and pitch: a name ("slow", "high"), a percentage or a factor; volume: a name ("soft", "loud") or dB. */
interface SpeechOptions {
  rate?: string | number;
  /** Another name of rate. */
  speed?: string | number;
  pitch?: string | number;
  volume?: string | number;
}

interface SpeechParameters {
  /** A voice of VoiceList or Language, or a language such as "ru-RU". */
  voice?: string;
  language?: string;
  progressivePlayback?: boolean;
  ttsOptions?: SpeechOptions;
  onPause?: boolean;
}

interface PlaybackParameters {
  loop?: boolean;
  progressivePlayback?: boolean;
}

interface URLPlayerRequest {
  url: string;
  method?: URLPlayerRequestMethod;
  headers?: { name: string; value: string }[];
  /** binary is base64. */
  body?: { text?: string; binary?: string };
}

interface URLPlayerParameters extends PlaybackParameters {
  onPause?: boolean;
  hideHeaders?: boolean;
  hideBody?: boolean;
}

interface RecordParameters {
  /** One direction for each channel. */
  stereo?: boolean;
  hd_audio?: boolean;
  lossless?: boolean;
  name?: string;
  secure?: boolean;
  expire?: RecordExpireTime;
  /** Not available: the sound is recorded without them. */
  video?: boolean;
  transcribe?: boolean;
}

interface HttpRequestParameters {
  method?: string;
  /** With POST, PUT and PATCH. */
  postData?: string | Bytes;
  headers?: Headers;
  /** Added to the query; a list gives a name several times. */
  params?: { [name: string]: string | number | boolean | (string | number | boolean)[] };
  rawOutput?: boolean;
  /** Seconds, at most 90. */
  timeout?: number;
  /** Seconds, at most 6. */
  connectionTimeout?: number;
  /** Shows the body in the session log. */
  enableSystemLog?: boolean;
}

interface HttpRequestResult {
  /** HTTP status, or 0 too many, -1 unknown, -2 malformed URL, -3 host, -4 connection, -5 redirects, -6 network, -7 time, -8 internal, -9 size. */
  readonly code: number;
  readonly text?: string;
  readonly data?: Bytes;
  readonly headers?: { key: string; value: string }[];
  readonly raw_headers?: string;
  readonly error?: string;
}

interface MailParameters {
  /** 25 without it; 465 is TLS from the beginning, others become TLS where the server offers it. */
  port?: number;
  login?: string;
  password?: string;
  html?: string;
  cc?: string | string[];
  bcc?: string | string[];
}

interface MailResult {
  /** The server's last reply, or a code of HttpRequestResult below 0. */
  readonly code: number;
  readonly error?: string;
}

interface StoredValue {
  readonly key: string;
  readonly value: string;
  /** Unix seconds. */
  readonly expireAt: number;
}

interface IVRSettings {
  type: "select" | "inputfixed" | "inputunknown" | "noinput";
  prompt?: { say: string; lang?: string } | { play: string };
  /** Milliseconds after the prompt and after each key; 5000 without it. */
  timeout?: number;
  inputLength?: number;
  inputValidator?: (input: string) => boolean;
  terminateOn?: string;
  nextStates?: { [key: string]: IVRState };
  nextState?: IVRState;
}

declare namespace VoxEngine {
  function addEventListener(event: AppEvents, handler: Handler<ApplicationEvent>): void;
  /** Without a handler all are removed. */
  function removeEventListener(event: AppEvents, handler?: Handler<ApplicationEvent>): void;
  function callUser(parameters: CallUserParameters): Call;
  function callUser(username: string, callerid?: string, displayName?: string, headers?: Headers, video?: boolean, scheme?: unknown): Call;
  /** Like callUser; neither leg takes sound of the platform. */
  function callUserDirect(incoming: Call, username: string, parameters?: Omit<CallUserParameters, "username">): Call;
  function callUserDirect(incoming: Call, username: string, callerid?: string, displayName?: string, headers?: Headers): Call;
  function callSIP(to: string, parameters?: CallSIPParameters): Call;
  function callSIP(to: string, callerid?: string, displayName?: string, password?: string, authUser?: string, extraHeaders?: Headers, video?: boolean, outProxy?: string, scheme?: unknown): Call;
  function callPSTN(number: string, callerid?: string, options?: { amd?: unknown; followDiversion?: boolean }): Call;
  function callConference(conferenceId: string, callerid?: string, displayName?: string, headers?: Headers, scheme?: unknown): Call;
  function callConference(parameters: { conferenceId: string; callerid?: string; displayName?: string; extraHeaders?: Headers }): Call;
  /** Not available: the call fails. */
  function callWhatsappUser(parameters: { number: string; callerid?: string }): Call;
  function createConference(parameters?: { hd_audio?: boolean }): Conference;
  function destroyConference(conference: Conference): void;
  function createURLPlayer(request: string | URLPlayerRequest, parameters?: URLPlayerParameters): Player;
  function createURLPlayer(url: string, loop?: boolean, onPause?: boolean): Player;
  function createTTSPlayer(text: string, parameters?: SpeechParameters): Player;
  function createTTSPlayer(text: string, language?: string, ttsOptions?: SpeechOptions): Player;
  function createToneScriptPlayer(script: string, parameters?: PlaybackParameters | boolean): Player;
  /** The older name of createToneScriptPlayer. */
  function createToneScript(script: string, parameters?: PlaybackParameters | boolean): Player;
  function createSequencePlayer(parameters: { segments: ({ text: string; parameters?: SpeechParameters } | { url: string | URLPlayerRequest; parameters?: unknown })[] }): SequencePlayer;
  function createRecorder(parameters?: RecordParameters): Recorder;
  function createRecorder(name?: string, secure?: boolean): Recorder;
  function createWebSocket(url: string, parameters?: { protocols?: string | string[]; headers?: { name: string; value: string }[] | Headers }): WebSocket;
  /** Not available: ASREvents.ASRError follows. */
  function createASR(profile: unknown, dictionary?: string[]): ASR;
  /** Not available: StreamingAgentEvents.Error follows. */
  function createStreamingAgent(parameters?: unknown): StreamingAgent;
  /** Not available: ACDEvents.Error follows. */
  function enqueueACDRequest(queueName: string, callerid?: string, parameters?: unknown): ACDRequest;
  /** Not available: SmartQueueEvents.Error follows. */
  function enqueueTask(parameters: { call?: Call; [name: string]: unknown }): SmartQueueTask;
  /** Not available: AppEvents.NewWebSocketFailed follows. */
  function allowWebSocketConnections(): void;
  function enableStatisticsForIncomingWebsockets(): void;
  function disableStatisticsForIncomingWebsockets(): void;
  function enableTraceForIncomingWebsockets(): void;
  function disableTraceForIncomingWebsockets(): void;
  /** There are no secrets: always undefined. */
  function getSecretValue(name: string): string | undefined;
  function customData(value?: string): string;
  function sendMediaBetween(unit1: SoundUnit, unit2: SoundUnit): void;
  function stopMediaBetween(unit1: SoundUnit, unit2: SoundUnit): void;
  /** Joins an incoming and an outgoing leg; the session ends with either. */
  function easyProcess(call1: Call, call2: Call, onEstablished?: (call1: Call, call2: Call) => void, direct?: boolean): void;
  function forwardCallToUser(onEstablished?: (call1: Call, call2: Call) => void, video?: boolean): void;
  function forwardCallToUserDirect(onEstablished?: (call1: Call, call2: Call) => void): void;
  function forwardCallToSIP(onEstablished?: (call1: Call, call2: Call) => void, video?: boolean): void;
  function forwardCallToPSTN(numberTransform?: ((number: string) => string) | null, onEstablished?: ((call1: Call, call2: Call) => void) | null, options?: { callerid?: string; followDiversion?: boolean }): void;
  function playSoundAndHangup(url: string): void;
  function terminate(): void;
}

declare namespace JSession {
  function close(): void;
}

declare class Call {
  private constructor();
  addEventListener(event: CallEvents, handler: Handler<CallEvent>): void;
  removeEventListener(event: CallEvents, handler?: Handler<CallEvent>): void;
  id(): string;
  state(): "ALERTING" | "PROGRESSING" | "CONNECTED" | "TERMINATED";
  incoming(): boolean;
  callerid(): string;
  displayName(): string;
  number(): string;
  clientType(): "pstn" | "sip" | "user" | "wab" | "conference";
  /** Header fields of the INVITE of an incoming call. */
  headers(): { [name: string]: string };
  /** True while handleMicStatus(true) hears speech. */
  vad(): boolean;
  customData(value?: string): string;
  toString(): string;
  answer(extraHeaders?: Headers, parameters?: { displayName?: string; [name: string]: unknown }): void;
  answerDirect(peerCall?: Call | Headers, extraHeaders?: Headers, parameters?: { displayName?: string; [name: string]: unknown }): void;
  ring(extraHeaders?: Headers): void;
  startEarlyMedia(extraHeaders?: Headers, scheme?: unknown): void;
  reject(code?: number, extraHeaders?: Headers): void;
  /** The older reject. */
  decline(code?: number, extraHeaders?: Headers): void;
  hangup(extraHeaders?: Headers): void;
  say(text: string, voice?: SpeechParameters | string, ttsOptions?: SpeechOptions): void;
  startPlayback(url: string, options?: PlaybackParameters | boolean): void;
  stopPlayback(): void;
  playProgressTone(country: "US" | "RU"): void;
  record(parameters?: RecordParameters): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
  handleTones(on: boolean, type?: DTMFType): void;
  sendDigits(digits: string): void;
  sendMessage(text: string): void;
  sendInfo(mimeType: string, body: string, headers?: Headers): void;
  handleMicStatus(on: boolean): void;
  handleBlindTransfer(on: boolean): void;
  notifyBlindTransferSuccess(): void;
  notifyBlindTransferFailed(code?: number, reason?: string): void;
  transferTo(parameters: { to?: string; call?: Call; headers?: Headers } | string): void;
  enableBeepDetection(parameters?: { frequencies?: number | number[]; timeout?: number }): void;
  disableBeepDetection(): void;
  detectProgressTone(on?: boolean): void;
  detectVoicemailTone(timeout?: number, threshold?: number): void;
  /** Not available: VoicemailPromptNotDetected follows. */
  detectVoicemailPrompt(timeout?: number, speech?: number): void;
  /** Not available: ReInviteRejected follows; the platform agrees on media itself. */
  reInvite(headers?: Headers, mimeType?: string, body?: string): void;
  acceptReInvite(headers?: Headers, mimeType?: string, body?: string): void;
  rejectReInvite(headers?: Headers, parameters?: { code: number; reason: string }): void;
}

declare class Player {
  private constructor();
  addEventListener(event: PlayerEvents, handler: Handler<UnitEvent>): void;
  removeEventListener(event: PlayerEvents, handler?: Handler<UnitEvent>): void;
  id(): string;
  pause(): void;
  resume(): void;
  /** Ends the player for good. */
  stop(): void;
  /** Milliseconds; negative ones count from the end. */
  addMarker(offset: number): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
}

declare class SequencePlayer {
  private constructor();
  addEventListener(event: SequencePlayerEvents, handler: Handler<UnitEvent>): void;
  removeEventListener(event: SequencePlayerEvents, handler?: Handler<UnitEvent>): void;
  id(): string;
  pause(): void;
  resume(): void;
  stop(): void;
  addMarker(offset: number, segment?: number): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
}

declare class Recorder {
  private constructor();
  addEventListener(event: RecorderEvents, handler: Handler<UnitEvent>): void;
  removeEventListener(event: RecorderEvents, handler?: Handler<UnitEvent>): void;
  id(): string;
  mute(on?: boolean): void;
  stop(): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
}

/** What createRecorder makes with video; there is no video, it records the sound of its conference. */
declare class ConferenceRecorder {
  private constructor();
  addEventListener(event: RecorderEvents, handler: Handler<UnitEvent>): void;
  removeEventListener(event: RecorderEvents, handler?: Handler<UnitEvent>): void;
  id(): string;
  mute(on?: boolean): void;
  stop(): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
  setConference(conference: Conference): void;
  setPriority(endpoints: string[]): void;
  getPriority(): string[];
  update(parameters?: unknown): void;
}

declare class Conference {
  private constructor();
  addEventListener(event: ConferenceEvents, handler: Handler<UnitEvent>): void;
  removeEventListener(event: ConferenceEvents, handler?: Handler<UnitEvent>): void;
  id(): string;
  stop(): void;
  getList(): Endpoint[];
  get(id: string): Endpoint | undefined;
  /** For video conferences, which are not available: ConferenceError 102 follows. Use VoxEngine.sendMediaBetween. */
  add(parameters: { call: Call; [name: string]: unknown }): void;
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit: SoundUnit): void;
}

declare class Endpoint {
  private constructor();
  id(): string;
  getMode(): ConferenceMode;
  getDirection(): ConferenceDirection;
  getCall(): Call | undefined;
  setDisplayName(name: string): void;
  manageEndpoint(parameters?: unknown): void;
}

declare class WebSocket {
  private constructor();
  onopen: Handler<WebSocketEvent> | null;
  onclose: Handler<WebSocketEvent> | null;
  onerror: Handler<WebSocketEvent> | null;
  onmessage: Handler<WebSocketEvent> | null;
  oncreated: Handler<WebSocketEvent> | null;
  onmediastarted: Handler<WebSocketEvent> | null;
  onmediaended: Handler<WebSocketEvent> | null;
  readonly readyState: WebSocketReadyState;
  readonly url: string;
  addEventListener(event: WebSocketEvents, handler: Handler<WebSocketEvent>): void;
  removeEventListener(event: WebSocketEvents, handler?: Handler<WebSocketEvent>): void;
  id(): string;
  /** At most 65536 bytes, once the connection is open. */
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Has the unit hear the server's stream of the tag, now or when it begins. */
  sendMediaTo(unit: SoundUnit, parameters?: SendMediaParameters): void;
  stopMediaTo(unit?: SoundUnit): void;
  /** Drops sound of the server that has not been played: all, or that of the tag. */
  clearMediaBuffer(parameters?: { tag?: string }): void;
}

declare class ASR {
  private constructor();
  addEventListener(event: ASREvents, handler: Handler<any>): void;
  removeEventListener(event: ASREvents, handler?: Handler<any>): void;
  id(): string;
  language(): string;
  dictionary(): string[];
  stop(): void;
  sendMediaTo(unit?: SoundUnit): void;
  stopMediaTo(unit?: SoundUnit): void;
}

declare class StreamingAgent {
  private constructor();
  addEventListener(event: StreamingAgentEvents, handler: Handler<any>): void;
  removeEventListener(event: StreamingAgentEvents, handler?: Handler<any>): void;
  id(): string;
  stop(): void;
  sendMediaTo(unit?: SoundUnit): void;
  stopMediaTo(unit?: SoundUnit): void;
}

declare class ACDRequest {
  private constructor();
  addEventListener(event: ACDEvents, handler: Handler<any>): void;
  removeEventListener(event: ACDEvents, handler?: Handler<any>): void;
  id(): string;
  getStatus(): string;
  cancel(): void;
}

declare class SmartQueueTask {
  private constructor();
  readonly id: string;
  readonly status: string;
  readonly clientCall: Call | undefined;
  readonly agentCall: Call | undefined;
  readonly settings: unknown;
  readonly terminationStatus: string | undefined;
  addEventListener(event: SmartQueueEvents, handler: Handler<any>): void;
  removeEventListener(event: SmartQueueEvents, handler?: Handler<any>): void;
  end(description?: string, status?: string): void;
}

declare class IVRState {
  constructor(name: string, settings: IVRSettings, onInputComplete?: ((input: string) => void) | null, onInputTimeout?: ((input: string) => void) | null);
  readonly name: string;
  readonly settings: IVRSettings;
  enter(call: Call): void;
}

declare namespace IVR {
  /** Leaves the state that a call is in. */
  function reset(): void;
}

declare namespace AMD {
  const Events: { readonly DetectionComplete: "AMD.Events.DetectionComplete"; readonly DetectionError: "AMD.Events.DetectionError" };
  const ResultClass: { readonly VOICEMAIL: "VOICEMAIL"; readonly HUMAN: "HUMAN"; readonly TIMEOUT: "TIMEOUT"; readonly CALL_ENDED: "CALL_ENDED" };
  /** Any name: the words are not understood, only their length counts. */
  const Model: { readonly [language: string]: string };
  /** For the option amd of calls; DetectionComplete comes with call, callId, resultClass. timeout: 6500 ms without it, 100 to 20000. */
  function create(parameters?: { model?: string; timeout?: number; [name: string]: unknown }): { addEventListener(event: string, handler: Handler<any>): void; removeEventListener(event: string, handler?: Handler<any>): void };
}

declare namespace Net {
  class HttpRequestOptions implements HttpRequestParameters {
    [name: string]: any;
  }
  function httpRequest(url: string, callback: (result: HttpRequestResult) => void, options?: HttpRequestParameters): void;
  function httpRequestAsync(url: string, options?: HttpRequestParameters): Promise<HttpRequestResult>;
  function sendMail(server: string, from: string, to: string | string[], title: string, body: string, callback?: ((result: MailResult) => void) | null, options?: MailParameters): void;
  function sendMailAsync(server: string, from: string, to: string | string[], title: string, body: string, options?: MailParameters): Promise<MailResult>;
}

declare namespace ApplicationStorage {
  function get(key: string): Promise<StoredValue | null>;
  function put(key: string, value: string, ttl?: number): Promise<StoredValue>;
  function remove(key: string): Promise<StoredValue | null>;
  function keys(pattern?: string, count?: number): Promise<{ keys: string[] }>;
}

declare namespace Crypto {
  function md5(data: string | string[]): string;
  function sha1(data: string | string[]): string;
  function sha256(data: string | string[]): string;
  function hmac_sha256(key: string, data: string): string;
}

interface PhoneNumberInfo {
  /** E.164 with its plus. */
  readonly number: string;
  /** ISO 3166, "001" for numbers of no country. */
  readonly region: string;
  /** In English. */
  readonly location: string;
  readonly numberType: "FIXED_LINE" | "MOBILE" | "FIXED_LINE_OR_MOBILE" | "TOLL_FREE" | "PREMIUM_RATE" | "SHARED_COST" | "VOIP" | "PERSONAL_NUMBER" | "PAGER" | "UAN" | "VOICEMAIL" | "UNKNOWN";
  readonly isPossibleNumber: boolean;
  readonly isValidNumber: boolean;
  readonly isValidNumberForRegion: boolean;
  readonly error?: "INVALID_COUNTRY_CODE" | "NOT_A_NUMBER" | "TOO_SHORT_AFTER_IDD" | "TOO_SHORT_NSN" | "TOO_LONG_NSN";
}

declare namespace PhoneNumber {
  /** Without a country (ISO 3166) the number must begin with a plus. */
  function getInfo(number: string, country?: string): PhoneNumberInfo;
}

/** Thrown, or what a promise is rejected with, when a script or its account has as much of something as it may. */
declare class LimitError extends RangeError {
  private constructor();
  readonly name: string;
  readonly message: string;
  /** For example HTTP_REQUESTS, TIMERS, STORAGE_ITEMS. */
  readonly limit: string;
  readonly allowed: number;
  toString(): string;
}

declare namespace Logger {
  function write(text: unknown): void;
  function hideTones(on: boolean): void;
}

declare function require(module: Modules): void;
declare function setTimeout(action: () => void, milliseconds?: number): number;
declare function setInterval(action: () => void, milliseconds: number): number;
declare function clearTimeout(id: number): void;
declare function clearInterval(id: number): void;
declare function trace(value: unknown): void;
declare function uuidgen(): string;
declare function base64_encode(data: string | Bytes): string;
declare function base64_decode(text: string): Bytes;
declare function str2bytes(text: string, encoding?: string): Bytes;
declare function bytes2str(bytes: Bytes, encoding?: string): string;
declare function bytes2hex(bytes: Bytes, isUpper?: boolean): string;
declare function hex2bytes(text: string): Bytes;
declare function levenshtein_distance(first: string, second: string): number;
/** A Date whose UTC fields show the local time of a zone. */
declare function getLocalTime(zone: string, date?: Date): Date;
/** The older names of Crypto's functions. */
declare function md5(data: string | string[]): string;
declare function sha1(data: string | string[]): string;
declare function sha256(data: string | string[]): string;

/** VoiceList.<provider>.<voice>: the voice's own name. */
declare const VoiceList: { readonly [provider: string]: { readonly [voice: string]: string } };
declare const ASRProfileList: { readonly [provider: string]: { readonly [profile: string]: string } };
declare const ASRModelList: { readonly [provider: string]: { readonly [model: string]: string } };
declare const ASRLanguage: { readonly [language: string]: string };
declare const TerminationStatus: { readonly [status: string]: string };

// Not available: reading a member throws.
declare const CallList: never;
declare const VoximplantAPI: never;
declare const OpenAI: never;
declare const Gemini: never;
declare const ElevenLabs: never;
declare const Ultravox: never;
declare const Cartesia: never;
declare const Yandex: never;

declare enum AppEvents {
  Started = "Application.Started",
  CallAlerting = "Application.CallAlerting",
  HttpRequest = "Application.HttpRequest",
  /** Of this platform only: `limit` is HTTP_REQUESTS, STORAGE_ITEMS, STORAGE_REQUESTS, and at three quarters CALLBACK_TIME, MEMORY. */
  LimitReached = "Application.LimitReached",
  Terminating = "Application.Terminating",
  Terminated = "Application.Terminated",
  WebSocket = "AppEvents.NewWebSocketConnection",
  NewWebSocketFailed = "Application.OnNewWebSocketFailed",
}

declare enum CallEvents {
  Ringing = "Call.Ringing",
  AudioStarted = "Call.AudioStarted",
  Connected = "Call.Connected",
  Failed = "Call.Failed",
  Disconnected = "Call.Disconnected",
  MessageReceived = "Call.MessageReceived",
  InfoReceived = "Call.InfoReceived",
  ToneReceived = "Call.ToneReceived",
  PlaybackReady = "Call.PlaybackReady",
  PlaybackStarted = "Call.PlaybackStarted",
  PlaybackFinished = "Call.PlaybackFinished",
  RecordStarted = "Call.RecordStarted",
  RecordStopped = "Call.RecordStopped",
  RecordError = "Call.RecordError",
  OnHold = "Call.OnHold",
  OffHold = "Call.OffHold",
  /** Of this platform only: another device is in the place of the far end. */
  Replaced = "Call.Replaced",
  ReInviteReceived = "Call.ReInviteReceived",
  ReInviteAccepted = "Call.ReInviteAccepted",
  ReInviteRejected = "Call.ReInviteRejected",
  StateChanged = "Call.StateChanged",
  MicStatusChange = "Call.MicStatusChange",
  Forwarding = "Call.Forwarding",
  PushSent = "Call.PushSent",
  TransferComplete = "Call.TransferComplete",
  TransferFailed = "Call.TransferFailed",
  BlindTransferRequested = "Call.BlindTransferRequested",
  ToneDetected = "Call.ToneDetected",
  BeepDetectionComplete = "Call.BeepDetectionComplete",
  BeepDetectionError = "Call.BeepDetectionError",
  AudioIdentificationStarted = "Call.AudioIdentificationStarted",
  AudioIdentificationResult = "Call.AudioIdentificationResult",
  AudioIdentificationStopped = "Call.AudioIdentificationStopped",
  AudioIdentificationError = "Call.AudioIdentificationError",
  FirstAudioPacketReceived = "Call.FirstAudioPacketReceived",
  FirstVideoPacketReceived = "Call.FirstVideoPacketReceived",
  RtpStopped = "Call.RtpStopped",
  RtpResumed = "Call.RtpResumed",
  AudioQualityDetected = "Call.AudioQualityDetected",
  Statistics = "Call.Statistics",
  VoicemailToneDetected = "Call.VoicemailToneDetected",
  VoicemailToneNotDetected = "Call.VoicemailToneNotDetected",
  VoicemailPromptDetected = "Call.VoicemailPromptDetected",
  VoicemailPromptNotDetected = "Call.VoicemailPromptNotDetected",
  VideoTrackCreated = "Call.Video.TrackCreated",
}

declare enum PlayerEvents {
  Created = "Player.Created",
  PlaybackReady = "Player.PlaybackReady",
  Started = "Player.Started",
  Stopped = "Player.Stopped",
  PlaybackFinished = "Player.PlaybackFinished",
  Error = "Player.Error",
  PlaybackMarkerReached = "Player.PlaybackMarkerReached",
  PlaybackBuffering = "Player.Buffering",
}

declare enum SequencePlayerEvents {
  Created = "SequencePlayer.Created",
  PlaybackReady = "SequencePlayer.PlaybackReady",
  Started = "SequencePlayer.Started",
  Stopped = "SequencePlayer.Stopped",
  PlaybackFinished = "SequencePlayer.PlaybackFinished",
  Error = "SequencePlayer.Error",
  PlaybackMarkerReached = "SequencePlayer.PlaybackMarkerReached",
}

declare enum RecorderEvents {
  Started = "Recorder.Started",
  Stopped = "Recorder.Stopped",
  RecorderError = "Recorder.Error",
}

declare enum ConferenceEvents {
  Started = "Conference.Started",
  Stopped = "Conference.Stopped",
  EndpointAdded = "Conference.EndpointAdded",
  EndpointUpdated = "Conference.EndpointUpdated",
  EndpointRemoved = "Conference.EndpointRemoved",
  EndpointManaged = "Conference.EndpointManaged",
  ConferenceError = "Conference.Error",
}

declare enum ASREvents {
  Started = "ASR.Started",
  CaptureStarted = "ASR.CaptureStarted",
  SpeechCaptured = "ASR.SpeechCaptured",
  InterimResult = "ASR.InterimResult",
  Result = "ASR.Result",
  Stopped = "ASR.Stopped",
  ASRError = "ASR.Error",
}

declare enum ACDEvents {
  Queued = "ACD.Queued",
  Waiting = "ACD.Waiting",
  OperatorCallAttempt = "ACD.OperatorCallAttempt",
  OperatorReached = "ACD.OperatorReached",
  OperatorFailed = "ACD.OperatorFailed",
  Offline = "ACD.Offline",
  QueueFull = "ACD.QueueFull",
  Error = "ACD.Error",
}

declare enum SmartQueueEvents {
  Waiting = "SmartQueue.Waiting",
  EnqueueSuccess = "SmartQueue.EnqueueSuccess",
  OperatorReached = "SmartQueue.OperatorReached",
  ClientDisconnected = "SmartQueue.ClientDisconnected",
  TaskCanceled = "SmartQueue.TaskCanceled",
  Error = "SmartQueue.Error",
  TaskDistributed = "SmartQueue.DistributeTask",
}

declare enum WebSocketEvents {
  OPEN = "WebSocket.Open",
  CLOSE = "WebSocket.Close",
  MESSAGE = "WebSocket.Message",
  ERROR = "WebSocket.Error",
  CREATED = "WebSocket.Created",
  MEDIA_STARTED = "WebSocket.MediaEventStarted",
  MEDIA_ENDED = "WebSocket.MediaEventEnded",
}

declare enum StreamingAgentEvents {
  Started = "StreamingAgent.Started",
  Stopped = "StreamingAgent.Stopped",
  Connected = "StreamingAgent.Connected",
  Error = "StreamingAgent.Error",
}

declare enum DTMFType {
  ALL = 0,
  TELEPHONE_EVENT = 1,
  IN_BAND = 2,
  SIP_INFO = 3,
}

declare enum RecordExpireTime {
  THREEMONTHS = "",
  SIXMONTHS = "-6m",
  ONEYEAR = "-1y",
  TWOYEARS = "-2y",
  THREEYEARS = "-3y",
  FIVEYEARS = "-5y",
}

declare enum Modules {
  ACD = "acd",
  AI = "ai",
  ApplicationStorage = "applicationstorage",
  ASR = "asr",
  Avatar = "avatar",
  CallList = "calllist",
  Cartesia = "cartesia",
  Conference = "conference",
  ElevenLabs = "elevenlabs",
  Gemini = "gemini",
  IVR = "ivr",
  OpenAI = "openai",
  Player = "player",
  PushService = "pushservice",
  Recorder = "recorder",
  SmartQueue = "smartqueue",
  StreamingAgent = "streamingagent",
  Ultravox = "ultravox",
  VoximplantAPI = "voximplantapi",
  Yandex = "yandex",
}

declare enum CallAudioQuality {
  HD = "HD",
  STANDARD = "Standard",
}

declare enum ConferenceMode {
  FORWARD = "FORWARD",
  MIX = "MIX",
}

declare enum ConferenceDirection {
  SEND = "SEND",
  RECEIVE = "RECEIVE",
  BOTH = "BOTH",
}

declare enum TranscriptionProvider {
  GOOGLE = "google",
  YANDEX = "yandex",
  TCS = "tcs",
}

declare enum URLPlayerRequestMethod {
  GET = "GET",
  POST = "POST",
  PUT = "PUT",
  PATCH = "PATCH",
  HEAD = "HEAD",
  DELETE = "DELETE",
}

declare enum WebSocketReadyState {
  CONNECTING = 0,
  OPEN = 1,
  CLOSING = 2,
  CLOSED = 3,
}

declare enum WebSocketAudioEncoding {
  ALAW = "ALAW",
  OPUS = "OPUS",
  PCM16 = "PCM16",
  PCM8 = "PCM8",
  ULAW = "ULAW",
  PCM16_8KHZ = "PCM8",
  PCM16_16KHZ = "PCM16",
}

declare enum WebSocketCloseCode {
  CLOSE_NORMAL = 1000,
  CLOSE_GOING_AWAY = 1001,
  CLOSE_PROTOCOL_ERROR = 1002,
  CLOSE_UNSUPPORTED = 1003,
  CLOSED_NO_STATUS = 1005,
  CLOSE_ABNORMAL = 1006,
  UNSUPPORTED_PAYLOAD = 1007,
  POLICY_VIOLATION = 1008,
  CLOSE_TOO_LARGE = 1009,
  MANDATORY_EXTENSION = 1010,
  SERVER_ERROR = 1011,
  SERVICE_RESTART = 1012,
  TRY_AGAIN_LATER = 1013,
  BAD_GATEWAY = 1014,
  TLS_HANDSHAKE_FAIL = 1015,
}

declare enum Language {
  RU_RUSSIAN_FEMALE = "RU_RUSSIAN_FEMALE",
  RU_RUSSIAN_MALE = "RU_RUSSIAN_MALE",
  US_ENGLISH_FEMALE = "US_ENGLISH_FEMALE",
  US_ENGLISH_MALE = "US_ENGLISH_MALE",
  US_ENGLISH_FEMALE2 = "US_ENGLISH_FEMALE2",
  UK_ENGLISH_FEMALE = "UK_ENGLISH_FEMALE",
  UK_ENGLISH_MALE = "UK_ENGLISH_MALE",
  ENGLISH_UK_FEMALE = "ENGLISH_UK_FEMALE",
  ENGLISH_UK_MALE = "ENGLISH_UK_MALE",
  EUR_GERMAN_FEMALE = "EUR_GERMAN_FEMALE",
  EUR_GERMAN_MALE = "EUR_GERMAN_MALE",
  EUR_FRENCH_FEMALE = "EUR_FRENCH_FEMALE",
  EUR_FRENCH_MALE = "EUR_FRENCH_MALE",
  EUR_SPANISH_FEMALE = "EUR_SPANISH_FEMALE",
  EUR_SPANISH_MALE = "EUR_SPANISH_MALE",
  EUR_ITALIAN_FEMALE = "EUR_ITALIAN_FEMALE",
  EUR_ITALIAN_MALE = "EUR_ITALIAN_MALE",
  EUR_POLISH_FEMALE = "EUR_POLISH_FEMALE",
  EUR_TURKISH_FEMALE = "EUR_TURKISH_FEMALE",
  BR_PORTUGUESE_FEMALE = "BR_PORTUGUESE_FEMALE",
}

