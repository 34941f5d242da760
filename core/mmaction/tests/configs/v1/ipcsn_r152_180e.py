# As published: says 180 epochs in its name and inherits 58.
_base_ = ['ircsn_ig65m-pretrained-r152-bnfrozen_8xb12.py']
model = dict(
    backbone=dict(bottleneck_mode='ip', pretrained=None),
    data_preprocessor=dict(
        mean=[110.2008, 100.63983, 95.99475], std=[58.14765, 56.46975, 55.332195]))
