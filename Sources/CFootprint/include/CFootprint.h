// Small stand-ins for what libraries drag into the shipping binary and the box does not need.
// Only the Embedded build links them. The one place for such things.
#pragma once
