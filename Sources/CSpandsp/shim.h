#include <spandsp.h>
// The size of the coder's state: coders that have sent the same so far can be copied.
#include <spandsp/private/g722.h>
