/* SPDX-License-Identifier: Apache-2.0 */
/* The ioctl() by which libraries recognise a FIDO key: its report descriptor. */
#include <linux/hidraw.h>
#include <linux/ioctl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/softkey/softkey.h"

VISIBLE int ioctl(int fd, unsigned long request, ...);

/* Usage page F1D0, usage 1, an application collection: the start of every FIDO key's descriptor. */
static const unsigned char descriptor[] = {0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0xc0};

VISIBLE int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if ((request != HIDIOCGRDESCSIZE && request != HIDIOCGRDESC) || !softkey_is_node(fd))
        return (int)syscall(SYS_ioctl, fd, request, argument);
    if (request == HIDIOCGRDESCSIZE)
        *(int *)argument = sizeof descriptor;
    else
        memcpy(((struct hidraw_report_descriptor *)argument)->value, descriptor, sizeof descriptor);
    return 0;
}
