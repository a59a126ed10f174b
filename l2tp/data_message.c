/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of data messages (RFC 2661, section 5.4). Pure. */
#include "l2tp/data_message.h"

bool l2tp_data_sequence_accept(struct l2tp_data_sequence *sequence, uint16_t ns)
{
	uint16_t behind = (uint16_t)(sequence->nr - ns);

	if (behind >= 1 && behind <= L2TP_DATA_LATE_MAX)
		return false;
	sequence->nr = (uint16_t)(ns + 1);
	return true;
}
