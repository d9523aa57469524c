package mongotest

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// The double is a program of its own, with tests of its own.
func TestTheDoublePassesItsOwnTests(t *testing.T) {
	dir, err := folder()
	require.NoError(t, err)
	require.NoError(t, install(dir))
	cmd := exec.CommandContext(t.Context(), "node", "--test", "test/")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestEachTestGetsADatabaseOfItsOwn(t *testing.T) {
	first, second := Start(t), Start(t)
	require.NotEqual(t, first, second)
}

func TestTheDriverTalksToTheDouble(t *testing.T) {
	c, err := mongo.Connect(options.Client().ApplyURI(Double(t)))
	require.NoError(t, err)
	coll := c.Database("x").Collection("y")
	_, err = coll.InsertOne(t.Context(), bson.D{{Key: "_id", Value: 1}, {Key: "n", Value: int64(1) << 60}})
	require.NoError(t, err)
	raw, err := coll.FindOne(t.Context(), bson.D{{Key: "n", Value: int64(1) << 60}}).Raw()
	require.NoError(t, err)
	require.Equal(t, int64(1)<<60, raw.Lookup("n").Int64())
	require.NoError(t, c.Disconnect(t.Context()))
}
