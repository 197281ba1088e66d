#include <stdbool.h>
#include <JavaScriptCore/JavaScript.h>

// Exported by the library and absent from its installed headers.
extern void JSGlobalContextSetUnhandledRejectionCallback(
    JSGlobalContextRef ctx, JSObjectRef function, JSValueRef *exception);
extern void JSGlobalContextSetEvalEnabled(JSGlobalContextRef ctx, bool enabled, JSStringRef message);
extern JSObjectRef JSGetMemoryUsageStatistics(JSContextRef ctx);
extern bool JSConfigureSignalForGC(int signal);
extern int jsc_options_set_boolean(const char *option, int value);
extern int jsc_options_set_uint(const char *option, unsigned value);
extern void JSSynchronousGarbageCollectForDebugging(JSContextRef ctx);
