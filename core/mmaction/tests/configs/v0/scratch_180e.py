# As published: the cosine inherits milestones.
_base_ = 'pretrained_58e.py'
model = dict(backbone=dict(depth=50, pretrained=None))
data = dict(videos_per_gpu=4)
optimizer = dict(lr=0.08)
lr_config = dict(policy='CosineAnnealing', min_lr=0, warmup_iters=40)
total_epochs = 180
