/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands for pppd where only the set-up is measured, for saregate and for xl2tpd
 * alike: waits to be ended.
 */
#include <unistd.h>

int main(void)
{
	for (;;)
		pause();
}
