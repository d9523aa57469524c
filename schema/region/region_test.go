package region_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema/region"
)

func TestThePlacesOfTheStandardAreKnown(t *testing.T) {
	require.Greater(t, len(region.All()), 3300)
	r, ok := region.ByCode("330106")
	require.True(t, ok)
	require.Equal(t, region.Region{Code: 330106, Parent: 330100, Name: "西湖区"}, r)
	var names []string
	for _, p := range region.Path(330106) {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"浙江省", "杭州市", "西湖区"}, names)
	for _, bad := range []string{"", "33", "999999", "33010x", "0330106"} {
		_, ok := region.ByCode(bad)
		require.False(t, ok, bad)
	}
}

func TestEveryPlaceIsFoundByItsPath(t *testing.T) {
	for _, r := range region.All() {
		var names []string
		for _, p := range region.Path(r.Code) {
			names = append(names, p.Name)
		}
		got, ok := region.Named(names)
		require.True(t, ok, names)
		require.Equal(t, r, got)
	}
}

func TestALevelMayBeLeftOutWhereTheRestIsClear(t *testing.T) {
	r, ok := region.Named([]string{"北京市", "东城区"})
	require.True(t, ok)
	require.EqualValues(t, 110101, r.Code)
	_, ok = region.Named([]string{"鼓楼区"}) // several cities have one
	require.False(t, ok)
	_, ok = region.Named([]string{"浙江省", "朝阳区"})
	require.False(t, ok)
}

func TestAnAddressStartsWithItsPlace(t *testing.T) {
	r, rest, ok := region.Start("浙江省杭州市西湖区文三路 1 号")
	require.True(t, ok)
	require.EqualValues(t, 330106, r.Code)
	require.Equal(t, "文三路 1 号", rest)
	r, _, ok = region.Start("北京市东城区某街")
	require.True(t, ok)
	require.EqualValues(t, 110101, r.Code)
	_, _, ok = region.Start("某街 1 号")
	require.False(t, ok)
}
